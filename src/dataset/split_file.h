// splits.csv in the project's folder: which pictures are for training, validation and testing. Columns image and subset; made by `split` and by import,
// read by export. A picture that is not in it has no subset. Free functions, no state.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

namespace sam {

using Splits = std::unordered_map<std::string, std::string>;  // image, subset

inline constexpr const char* splits_file_name = "splits.csv";

// Subsets as subset_name() has them. Throws DatasetError naming the line. A picture named twice is an error.
Splits parse_splits(std::string_view text);

// In natural order of images.
std::string format_splits(const Splits& splits);

}  // namespace sam
