#include "dataset/project_lock.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <system_error>

#include "dataset/store.h"

namespace sam {
namespace {

std::string first_line(int fd) {
  std::array<char, 32> text{};
  const ssize_t count = ::pread(fd, text.data(), text.size(), 0);
  std::string line;
  for (ssize_t i = 0; i < count && text[static_cast<std::size_t>(i)] >= '0' && text[static_cast<std::size_t>(i)] <= '9';
       ++i) {
    line += text[static_cast<std::size_t>(i)];
  }
  return line.empty() ? "unknown" : line;
}

}  // namespace

ProjectLock::ProjectLock(const std::filesystem::path& file)
    : fd_(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
  if (fd_ < 0) {
    throw DatasetError("cannot write " + file.string() + ": " + std::generic_category().message(errno) +
                       "; the project's folder must be writable");
  }
  if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
    const int error_number = errno;
    if (error_number == EWOULDBLOCK) {
      const std::string owner = first_line(fd_);
      ::close(fd_);
      throw DatasetError(file.parent_path().parent_path().string() + " is already open in process " + owner +
                         "; use its page or stop it first");
    }
    spdlog::warn("cannot lock {}: {}; do not open this project twice", file.string(),
                 std::generic_category().message(error_number));
    return;
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(fd_, 0) != 0 || ::pwrite(fd_, pid.data(), pid.size(), 0) < 0) {
    spdlog::debug("cannot note the process number in {}", file.string());
  }
}

ProjectLock::~ProjectLock() {
  ::close(fd_);
}

}  // namespace sam
