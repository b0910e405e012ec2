// Whether tensors fit a described model, and memory; the same words whichever process notices.
// Threading: free functions without state.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "inference/model.h"

namespace sam {

// Throws ModelError unless each input of the description is given exactly once, nothing else is, and types, shapes and buffer sizes fit.
// The message names what was given and what is known.
void check_inputs(const ModelDescription& description, std::span<const Tensor> inputs);

// The places in description.outputs of the outputs asked for; all when none is named. Throws ModelError for an unknown name or one
// named twice.
std::vector<std::size_t> output_indices(const ModelDescription& description, std::span<const std::string> outputs);

// The tensor that `make` makes. Throws OutOfMemory with its size where make throws std::bad_alloc.
Tensor make_or_refuse(const TensorMaker& make, std::string name, ElementType type, Shape shape);

// "image_embeddings f32[1,256,64,64], point_coords f32[1,?,2]"
std::string infos_text(std::span<const TensorInfo> infos);

}  // namespace sam
