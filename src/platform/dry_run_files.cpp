#include "platform/dry_run_files.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "platform/unique_descriptor.h"

namespace sam {
namespace {

namespace fs = std::filesystem;

class DroppedFile final : public OutputFile {
 public:
  void write(std::string_view) override {}
  void publish() override {}
};

class ReadLock final : public FileLock {
 public:
  explicit ReadLock(UniqueDescriptor file) : file_(std::move(file)) {}

 private:
  const UniqueDescriptor file_;
};

}  // namespace

bool drops_writes(const FileSystem& files) {
  return dynamic_cast<const DryRunFiles*>(&files) != nullptr;
}

bool DryRunFiles::is_made(const fs::path& path) {
  const MutexLock lock(mutex_);
  return made_.contains(path);
}

bool DryRunFiles::is_removed(const fs::path& path) {
  const MutexLock lock(mutex_);
  return removed_.contains(path);
}

void DryRunFiles::remove(const fs::path& path) {
  if (!files_.status(path)) return;
  const MutexLock lock(mutex_);
  removed_.insert(path);
}

std::optional<std::string> DryRunFiles::read(const fs::path& path, std::uint64_t max_bytes) {
  if (is_removed(path)) return std::nullopt;
  return files_.read(path, max_bytes);
}

std::optional<FileStatus> DryRunFiles::status(const fs::path& path) {
  if (is_removed(path)) return std::nullopt;
  if (auto there = files_.status(path)) return there;
  if (!is_made(path)) return std::nullopt;
  return FileStatus{FileStatus::Kind::directory};
}

std::vector<std::string> DryRunFiles::list(const fs::path& path) {
  if (is_made(path) && !files_.status(path)) return {};
  std::vector<std::string> names = files_.list(path);
  std::erase_if(names, [&](const std::string& name) { return is_removed(path / name); });
  return names;
}

void DryRunFiles::create_directories(const fs::path& path) {
  for (fs::path each = path; !each.empty() && !files_.status(each); each = each.parent_path()) {
    const MutexLock lock(mutex_);
    if (!made_.insert(each).second || each == each.parent_path()) return;
  }
}

std::unique_ptr<FileLock> DryRunFiles::lock(const fs::path& path, std::string_view) {
  if (!files_.status(path)) return std::make_unique<FileLock>();
  UniqueDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));  // FileSystem's would write into it
  if (file.get() < 0 || ::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    throw FileError("cannot lock " + path.string() + ": " + std::generic_category().message(errno), errno);
  }
  return std::make_unique<ReadLock>(std::move(file));
}

std::unique_ptr<InputFile> DryRunFiles::open(const fs::path& path) {
  if (is_removed(path)) return nullptr;
  return files_.open(path);
}

std::unique_ptr<OutputFile> DryRunFiles::create(const fs::path&) {
  return std::make_unique<DroppedFile>();
}

}  // namespace sam
