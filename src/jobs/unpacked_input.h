// What an import reads: what was given, or, where that is an archive, what is in it, in a temporary folder for as long as this lives.
// Threading: for one thread. Ownership: the files must outlive it.
#pragma once

#include <filesystem>
#include <stop_token>
#include <string>

#include "dataset/archive.h"
#include "platform/file_system.h"

namespace sam {

class UnpackedInput {
 public:
  // Throws what unpack_archive() throws; nothing is left then.
  UnpackedInput(FileSystem& files, const std::filesystem::path& given, const std::stop_token& stop,
                const UnpackListener& on_progress);
  ~UnpackedInput();
  UnpackedInput(const UnpackedInput&) = delete;
  UnpackedInput& operator=(const UnpackedInput&) = delete;

  const std::filesystem::path& path() const { return path_; }
  // A message about what was unpacked: it names the archive in place of the folder that will be gone.
  std::string about_given(std::string message) const;

 private:
  void remove_folder() noexcept;

  FileSystem& files_;
  std::filesystem::path given_;
  std::filesystem::path folder_;  // empty: nothing was unpacked
  std::filesystem::path path_;
};

}  // namespace sam
