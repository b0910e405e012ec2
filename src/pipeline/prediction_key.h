// What makes two questions the same: the embedding, and every part of the prompt that changes the answer.
// Threading: free functions without state.
#pragma once

#include <string>
#include <vector>

#include "pipeline/encoding.h"
#include "segmentation/predictor.h"

namespace sam {

// The path with the file's size, time and inode: a file that was replaced or written to is another picture. One that cannot be looked at fails
// when it is decoded.
std::string picture_key(const PicturePath& picture);

// key: the picture's. Of the same weights in any form it is the same.
std::string embedding_key(const std::string& key, const PredictorInfo& predictor);

// embedding_key: of the picture and the predictor. Coordinates count to the last bit.
std::string prediction_key(const std::string& embedding_key, const Prompt& prompt);

// Bytes of an answer: the masks' runs and the logits kept with them.
std::uint64_t prediction_bytes(const std::vector<Instance>& instances);

}  // namespace sam
