// What the page keeps for its user over restarts, browsers and projects: one JSON object, which nothing here looks into. A damaged file is set aside,
// said, and counts as none. Threading: safe to call from any thread. Ownership: files must outlive it.
#pragma once

#include <filesystem>
#include <string>

#include "platform/file_system.h"
#include "platform/mutex.h"

namespace sam {

class Preferences {
 public:
  // file: preferences.json of the config folder; its folder is made with the first write.
  Preferences(std::filesystem::path file, FileSystem& files) : file_(std::move(file)), files_(files) {}

  // The object's text; "{}" if there is none. Throws FileError.
  std::string read() SAM_EXCLUDES(mutex_);
  // Durable on return. Throws std::invalid_argument, for people: the text is no JSON object, or is deeper or longer than is taken; FileError.
  void write(const std::string& text) SAM_EXCLUDES(mutex_);

  static constexpr std::size_t most_bytes = 256 << 10;

 private:
  const std::filesystem::path file_;
  FileSystem& files_;
  Mutex mutex_;  // held across disk: of two writers one follows the other
};

}  // namespace sam
