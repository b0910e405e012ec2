// How far the model that was asked for is.
// Threading: values.
#pragma once

#include <cstdint>
#include <string>

namespace sam {

enum class LoadState : std::uint8_t { unloaded, loading, loaded, failed };
const char* load_state_name(LoadState state);  // "unloaded", "loading", …

struct LoadStatus {
  LoadState state = LoadState::unloaded;
  std::string reason;  // why the last attempt failed: for good (failed), or for lack of memory (unloaded)
};

}  // namespace sam
