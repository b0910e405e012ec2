// Files, injected. All that the program keeps on disk goes through this interface, so that tests can make any call fail.
// Threading: implementations are safe to call from any thread; two writers of one path are the caller's business.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

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

  virtual void create_directories(const std::filesystem::path& path) = 0;
  virtual void rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
  virtual void remove(const std::filesystem::path& path) = 0;  // no error if it does not exist
};

// The names of write_atomic's temporary files. One is left behind only where a process was killed; it may be removed when nobody writes.
inline bool is_temporary_name(std::string_view name) {
  return name.starts_with(".sam-") && name.ends_with(".tmp");
}

class PosixFileSystem final : public FileSystem {
 public:
  std::optional<std::string> read(const std::filesystem::path& path, std::uint64_t max_bytes) override;
  void write_atomic(const std::filesystem::path& path, std::string_view bytes) override;
  std::optional<FileStatus> status(const std::filesystem::path& path) override;
  std::vector<std::string> list(const std::filesystem::path& path) override;
  void create_directories(const std::filesystem::path& path) override;
  void rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
  void remove(const std::filesystem::path& path) override;
};

}  // namespace sam
