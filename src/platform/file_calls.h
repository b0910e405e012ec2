// The system calls that PosixFileSystem makes, injected, so that a test can refuse any of them, stop at it as a killed process does, or
// forget what was not flushed, as a disk without power does.
// Each is the system's own of its name, and answers as that does: -1 (or null) and errno.
// Threading: implementations are safe to call from any thread.
#pragma once

#include <dirent.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <cstddef>

namespace sam {

class FileCalls {
 public:
  virtual ~FileCalls() = default;

  virtual int open(const char* path, int flags, mode_t mode) = 0;
  virtual int close(int fd) = 0;
  virtual ssize_t read(int fd, void* into, std::size_t bytes) = 0;
  virtual ssize_t pread(int fd, void* into, std::size_t bytes, off_t offset) = 0;
  virtual ssize_t write(int fd, const void* from, std::size_t bytes) = 0;
  virtual ssize_t copy_file_range(int from, int to, std::size_t bytes) = 0;  // both from where they stand
  virtual int ftruncate(int fd, off_t size) = 0;
  virtual int fsync(int fd) = 0;
  virtual int syncfs(int fd) = 0;
  virtual int sync_file_range(int fd) = 0;  // begins to write all of it that waits, and does not wait
  virtual int flock(int fd, int operation) = 0;
  virtual int fchmod(int fd, mode_t mode) = 0;
  virtual int fchown(int fd, uid_t owner, gid_t group) = 0;
  virtual int fstat(int fd, struct stat* info) = 0;
  virtual int stat(const char* path, struct stat* info) = 0;
  virtual int rename(const char* from, const char* to) = 0;
  virtual int mkdir(const char* path, mode_t mode) = 0;
  virtual int unlink(const char* path) = 0;
  virtual int rmdir(const char* path) = 0;
  virtual DIR* opendir(const char* path) = 0;
  // None of the system's: a folder with all that is in it; links are not followed. 0 also if it does not exist.
  virtual int remove_tree(const char* path) = 0;
};

class PosixFileCalls : public FileCalls {
 public:
  int open(const char* path, int flags, mode_t mode) override;
  int close(int fd) override;
  ssize_t read(int fd, void* into, std::size_t bytes) override;
  ssize_t pread(int fd, void* into, std::size_t bytes, off_t offset) override;
  ssize_t write(int fd, const void* from, std::size_t bytes) override;
  ssize_t copy_file_range(int from, int to, std::size_t bytes) override;
  int ftruncate(int fd, off_t size) override;
  int fsync(int fd) override;
  int syncfs(int fd) override;
  int sync_file_range(int fd) override;
  int flock(int fd, int operation) override;
  int fchmod(int fd, mode_t mode) override;
  int fchown(int fd, uid_t owner, gid_t group) override;
  int fstat(int fd, struct stat* info) override;
  int stat(const char* path, struct stat* info) override;
  int rename(const char* from, const char* to) override;
  int mkdir(const char* path, mode_t mode) override;
  int unlink(const char* path) override;
  int rmdir(const char* path) override;
  DIR* opendir(const char* path) override;
  int remove_tree(const char* path) override;
};

}  // namespace sam
