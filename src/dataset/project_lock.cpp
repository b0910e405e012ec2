#include "dataset/project_lock.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "dataset/store.h"

namespace sam {
namespace {

// As file_system.h says them.
bool knows_no_locks(int error_number) {
  return error_number == ENOLCK || error_number == EOPNOTSUPP || error_number == ENOSYS || error_number == EINVAL;
}

std::string owner_of(const std::filesystem::path& file, FileSystem& files) {
  std::string note;
  try {
    note = files.read(file, 32).value_or("");
  } catch (const FileError&) {  // somebody else's text; who holds it is then not known
  }
  const auto end = std::find_if_not(note.begin(), note.end(), [](char c) { return c >= '0' && c <= '9'; });
  return note.begin() == end ? "unknown" : std::string(note.begin(), end);
}

}  // namespace

ProjectLock::ProjectLock(const std::filesystem::path& file, FileSystem& files) {
  try {
    lock_ = files.lock(file, std::to_string(::getpid()) + "\n");
  } catch (const FileError& error) {
    if (error.error_number() == EWOULDBLOCK) {
      throw DatasetError(file.parent_path().parent_path().string() + " is already open in process " +
                         owner_of(file, files) + "; use its page or stop it first");
    }
    if (!knows_no_locks(error.error_number())) {
      throw DatasetError(std::string(error.what()) + "; the project's folder must be writable");
    }
    spdlog::warn("{}; do not open this project twice", error.what());
  }
}

}  // namespace sam
