// A file system that is only read: what is written is dropped, so that the same code can run without changing anything. A file that was written is as it was
// before when it is read again; one that was removed is gone; a folder that was made is there, and empty.
// Threading: safe to call from any thread. Ownership: files must outlive it.
#pragma once

#include <set>

#include "platform/file_system.h"
#include "platform/mutex.h"

namespace sam {

class DryRunFiles final : public FileSystem {
 public:
  explicit DryRunFiles(FileSystem& files) : files_(files) {}

  std::optional<std::string> read(const std::filesystem::path& path, std::uint64_t max_bytes) override;
  void write_atomic(const std::filesystem::path&, std::string_view) override {}
  std::optional<FileStatus> status(const std::filesystem::path& path) override;
  std::vector<std::string> list(const std::filesystem::path& path) override;
  void create_directories(const std::filesystem::path& path) override;
  void rename(const std::filesystem::path&, const std::filesystem::path&) override {}
  void remove(const std::filesystem::path& path) override;
  void remove_folder(const std::filesystem::path&) override {}
  void remove_empty_folder(const std::filesystem::path&) override {}
  // Only a file that is there: nobody holds one that is not. The note in it stays.
  std::unique_ptr<FileLock> lock(const std::filesystem::path& path, std::string_view note) override;
  void flush_folder(const std::filesystem::path&) override {}
  std::unique_ptr<InputFile> open(const std::filesystem::path& path) override;
  std::unique_ptr<OutputFile> create(const std::filesystem::path& path) override;
  void write_unflushed(const std::filesystem::path&, std::string_view) override {}
  void copy_unflushed(const std::filesystem::path&, const std::filesystem::path&) override {}
  void flush(const std::filesystem::path&) override {}

 private:
  bool is_made(const std::filesystem::path& path) SAM_EXCLUDES(mutex_);
  bool is_removed(const std::filesystem::path& path) SAM_EXCLUDES(mutex_);

  FileSystem& files_;
  Mutex mutex_;
  std::set<std::filesystem::path> made_ SAM_GUARDED_BY(mutex_);  // folders that are not on disk
  std::set<std::filesystem::path> removed_ SAM_GUARDED_BY(mutex_);
};

// Whether what is written there is dropped: who writes without this interface should not either.
bool drops_writes(const FileSystem& files);

}  // namespace sam
