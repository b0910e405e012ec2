// What datasets call their parts. Free function, no state.
#pragma once

#include <string>
#include <string_view>

namespace sam {

// "train", "val" and "test" for the names in use ("Train", "training", "valid", "validation", …), nothing for "" and "default", else the
// name as it is, safe as the name of a folder: at most 80 bytes, without control characters, / and \, not starting with a point.
std::string subset_name(std::string_view name);

}  // namespace sam
