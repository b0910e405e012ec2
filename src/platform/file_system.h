// Files, injected. All that the program keeps on disk goes through this interface, so that tests can make any call fail.
// Threading: implementations are safe to call from any thread; two writers of one path are the caller's business.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/file_calls.h"

namespace sam {

// What the operating system refused, with the path and its reason ("cannot write /a/b.json: No space left on device").
class FileError : public std::runtime_error {
 public:
  FileError(const std::string& what, int error_number) : std::runtime_error(what), error_number_(error_number) {}
  int error_number() const { return error_number_; }  // errno of the refused call

 private:
  int error_number_;
};

struct FileStatus {
  enum class Kind { file, directory, other };
  Kind kind = Kind::other;
  std::uint64_t size_bytes = 0;
  std::int64_t modified_ns = 0;  // since the epoch
  std::uint64_t inode = 0;
};

// A file being read: the one that was opened, whatever takes its name since. Threading: safe to call from any thread.
class InputFile {
 public:
  virtual ~InputFile() = default;
  virtual std::uint64_t size_bytes() const = 0;  // when it was opened
  // Fills `into` from offset on; fewer bytes only at the end of the file. Throws FileError.
  virtual std::size_t read(std::uint64_t offset, std::span<char> into) = 0;
};

// A file being written: it takes its name, durable, with publish(), or never does. One thread.
class OutputFile {
 public:
  virtual ~OutputFile() = default;
  virtual void write(std::string_view bytes) = 0;
  virtual void publish() = 0;  // once, at the end
};

// Held until it is destroyed or the process ends, however that is.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;

  // The whole file; nothing if it does not exist. Throws FileError on any other failure, and when the file is
  // larger than max_bytes (nothing is allocated then).
  virtual std::optional<std::string> read(const std::filesystem::path& path,
                                          std::uint64_t max_bytes = std::uint64_t{1} << 32) = 0;

  // Replaces the file's content: temporary file beside it, fsync, rename, fsync of the folder. On return it is
  // durable; after a failure (FileError) or a crash the old content stands.
  virtual void write_atomic(const std::filesystem::path& path, std::string_view bytes) = 0;

  // Follows symbolic links. Nothing if the path does not exist.
  virtual std::optional<FileStatus> status(const std::filesystem::path& path) = 0;

  // Names of the entries, without "." and "..", in no order. Throws FileError if path is no readable directory.
  virtual std::vector<std::string> list(const std::filesystem::path& path) = 0;

  virtual void create_directories(const std::filesystem::path& path) = 0;  // durable on return
  virtual void rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
  virtual void remove(const std::filesystem::path& path) = 0;         // no error if it does not exist
  virtual void remove_folder(const std::filesystem::path& path) = 0;  // with all that is in it; links are not followed
  virtual void remove_empty_folder(
      const std::filesystem::path& path) = 0;  // no error if it holds something or is not there

  // Makes the file if need be, locks it (flock), and writes the note into it for people. Never waits. Throws FileError: EWOULDBLOCK while
  // somebody else holds it; ENOLCK, EOPNOTSUPP, ENOSYS or EINVAL where the disk knows no locks.
  virtual std::unique_ptr<FileLock> lock(const std::filesystem::path& path, std::string_view note) = 0;

  virtual void flush_folder(const std::filesystem::path& folder) = 0;  // the names in it

  // For files larger than memory. Nothing if there is no such file; throws FileError if it is none to be read.
  virtual std::unique_ptr<InputFile> open(const std::filesystem::path& path) = 0;
  virtual std::unique_ptr<OutputFile> create(const std::filesystem::path& path) = 0;

  // For thousands of files at once: neither atomic nor durable before flush() of a folder on the same disk has returned.
  virtual void write_unflushed(const std::filesystem::path& path, std::string_view bytes) = 0;
  virtual void copy_unflushed(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
  virtual void flush(const std::filesystem::path& folder) = 0;  // the whole disk that it is on
};

// The names of write_atomic's temporary files. One is left behind only where a process was killed; it may be removed when nobody writes.
inline bool is_temporary_name(std::string_view name) {
  return name.starts_with(".sam-") && name.ends_with(".tmp");
}

class PosixFileSystem final : public FileSystem {
 public:
  explicit PosixFileSystem(std::shared_ptr<FileCalls> calls = std::make_shared<PosixFileCalls>())
      : calls_(std::move(calls)) {}

  std::optional<std::string> read(const std::filesystem::path& path, std::uint64_t max_bytes) override;
  void write_atomic(const std::filesystem::path& path, std::string_view bytes) override;
  std::optional<FileStatus> status(const std::filesystem::path& path) override;
  std::vector<std::string> list(const std::filesystem::path& path) override;
  void create_directories(const std::filesystem::path& path) override;
  void rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
  void remove(const std::filesystem::path& path) override;
  void remove_folder(const std::filesystem::path& path) override;
  void remove_empty_folder(const std::filesystem::path& path) override;
  void flush_folder(const std::filesystem::path& folder) override;
  std::unique_ptr<FileLock> lock(const std::filesystem::path& path, std::string_view note) override;
  std::unique_ptr<InputFile> open(const std::filesystem::path& path) override;
  std::unique_ptr<OutputFile> create(const std::filesystem::path& path) override;
  void write_unflushed(const std::filesystem::path& path, std::string_view bytes) override;
  void copy_unflushed(const std::filesystem::path& from, const std::filesystem::path& to) override;
  void flush(const std::filesystem::path& folder) override;

 private:
  const std::shared_ptr<FileCalls> calls_;
};

}  // namespace sam
