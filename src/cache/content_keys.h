// Content keys of files: XXH3-128 over their bytes, so that a copy or a renamed file is the same one. A file is read once: its key is remembered
// by path, device, inode, size and times of change and of status, over restarts, in a table on disk of fixed size (at most 16 MiB for 262,144
// files, sparse; nothing in memory). A slot that another file took, or that is damaged, means reading the file once more.
// Threading: safe to call from any thread and process.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace sam {

class ContentKeys {
 public:
  // table: made when the first key is remembered; where it cannot be written, nothing is remembered.
  explicit ContentKeys(std::filesystem::path table) : table_(std::move(table)) {}

  // 32 hex digits; nothing if this is no file that can be read, or if it changed meanwhile. What was written in the last two seconds is read each
  // time: clocks of file systems are too coarse to tell two writes apart.
  std::optional<std::string> key(const std::filesystem::path& file) const;
  // Of a file that is as it was when it was read; nothing otherwise.
  std::optional<std::string> known_key(const std::filesystem::path& file) const;

 private:
  const std::filesystem::path table_;
};

}  // namespace sam
