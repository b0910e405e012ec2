// Reading a model's signature: the names, types and shapes of what goes in and comes out.
// Threading: free functions without state.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "segmentation/sam/family.h"

namespace sam {

// Null if there is none of that name.
const TensorInfo* find_tensor(std::span<const TensorInfo> tensors, const std::string& name);

bool has_f32(std::span<const TensorInfo> tensors, const std::string& name);

// Whether the tensors are exactly those named, in any order, all f32.
bool are_exactly(std::span<const TensorInfo> tensors, std::initializer_list<const char*> names);

// "inputs image f32 [1,3,1024,1024]; outputs …"
std::string signature_text(const ModelDescription& description);

// Whether what the encoder puts out can go into the decoder: same type, same rank, no dimension known to differ. Throws ModelError naming both.
void check_fits(const SamFiles& files, const TensorInfo& encoder_output, const TensorInfo& decoder_input);

// The decoder's mask_input [B,1,h,w]; throws ModelError if its size is open.
Size mask_input_size(const SamFiles& files);

// The side of the network's square frame: four times its mask input's, in every SAM of today. Throws ModelError if that is no square.
int frame_side(const SamFiles& files, Size mask_input);

// info.family, key and describe. preprocessing_version: to be raised when the same files give other embeddings or masks.
PredictorInfo make_info(const SamFamily& family, const SamFiles& files, int preprocessing_version);

// Throws std::invalid_argument: an embedding made by another predictor is the caller's mistake.
void check_made_by(const PredictorInfo& info, const Embedding& embedding);

}  // namespace sam
