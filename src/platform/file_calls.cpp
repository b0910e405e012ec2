#include "platform/file_calls.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

namespace sam {

int PosixFileCalls::open(const char* path, int flags, mode_t mode) {
  return ::open(path, flags, mode);
}

int PosixFileCalls::close(int fd) {
  return ::close(fd);
}

ssize_t PosixFileCalls::read(int fd, void* into, std::size_t bytes) {
  return ::read(fd, into, bytes);
}

ssize_t PosixFileCalls::pread(int fd, void* into, std::size_t bytes, off_t offset) {
  return ::pread(fd, into, bytes, offset);
}

ssize_t PosixFileCalls::write(int fd, const void* from, std::size_t bytes) {
  return ::write(fd, from, bytes);
}

ssize_t PosixFileCalls::copy_file_range(int from, int to, std::size_t bytes) {
  return ::copy_file_range(from, nullptr, to, nullptr, bytes, 0);
}

int PosixFileCalls::ftruncate(int fd, off_t size) {
  return ::ftruncate(fd, size);
}

int PosixFileCalls::fsync(int fd) {
  return ::fsync(fd);
}

int PosixFileCalls::syncfs(int fd) {
  return ::syncfs(fd);
}

int PosixFileCalls::sync_file_range(int fd) {
  return ::sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
}

int PosixFileCalls::flock(int fd, int operation) {
  return ::flock(fd, operation);
}

int PosixFileCalls::fchmod(int fd, mode_t mode) {
  return ::fchmod(fd, mode);
}

int PosixFileCalls::fchown(int fd, uid_t owner, gid_t group) {
  return ::fchown(fd, owner, group);
}

int PosixFileCalls::fstat(int fd, struct stat* info) {
  return ::fstat(fd, info);
}

int PosixFileCalls::stat(const char* path, struct stat* info) {
  return ::stat(path, info);
}

int PosixFileCalls::rename(const char* from, const char* to) {
  return ::rename(from, to);
}

int PosixFileCalls::mkdir(const char* path, mode_t mode) {
  return ::mkdir(path, mode);
}

int PosixFileCalls::unlink(const char* path) {
  return ::unlink(path);
}

int PosixFileCalls::rmdir(const char* path) {
  return ::rmdir(path);
}

DIR* PosixFileCalls::opendir(const char* path) {
  return ::opendir(path);
}

int PosixFileCalls::remove_tree(const char* path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (!error) return 0;
  errno = error.value();
  return -1;
}

}  // namespace sam
