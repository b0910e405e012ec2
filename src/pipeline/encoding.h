// Pictures as files on disk, and how far their encoding is.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace sam {

enum class EncodingState : std::uint8_t { none, queued, running, ready, failed };
const char* encoding_state_name(EncodingState state);  // "none", "queued", …

// One picture as a file on disk; the key is its path with the file's size, time and inode: a replaced file is another picture.
struct PicturePath {
  std::filesystem::path path;
};

struct EncodingStatus {
  EncodingState state = EncodingState::none;
  std::string reason;             // why it failed
  bool memory_exhausted = false;  // it failed because every rung of the ladder was used up
};

using EncodingListener = std::function<void(const PicturePath&, const EncodingStatus&)>;

}  // namespace sam
