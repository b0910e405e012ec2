#include "platform/file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>

namespace sam {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const char* verb, const fs::path& path, int error_number) {
  throw FileError(
      std::string("cannot ") + verb + " " + path.string() + ": " + std::generic_category().message(error_number),
      error_number);
}

bool means_missing(int error_number) {
  return error_number == ENOENT || error_number == ENOTDIR;
}

class Descriptor {
 public:
  Descriptor(FileCalls& calls, int fd) : calls_(&calls), fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : calls_(other.calls_), fd_(std::exchange(other.fd_, -1)) {}
  ~Descriptor() {
    if (fd_ >= 0) calls_->close(fd_);
  }
  Descriptor& operator=(Descriptor&&) = delete;

  int get() const { return fd_; }
  // On Linux the descriptor is gone whatever close returns, so EINTR is not retried (close(2)).
  int close() { return calls_->close(std::exchange(fd_, -1)); }

 private:
  FileCalls* calls_;
  int fd_;
};

template <typename Call>
auto retry_interrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

struct RegularFile {
  Descriptor fd;
  std::uint64_t size_bytes = 0;
};

// Nothing if it does not exist.
std::optional<RegularFile> open_regular(FileCalls& calls, const fs::path& path) {
  // O_NONBLOCK: opening a pipe that nobody writes to must not hang; regular files ignore it.
  Descriptor fd(calls,
                retry_interrupted([&] { return calls.open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0); }));
  if (fd.get() < 0) {
    if (means_missing(errno)) return std::nullopt;
    fail("read", path, errno);
  }
  struct stat info{};
  if (calls.fstat(fd.get(), &info) != 0) fail("read", path, errno);
  if (S_ISDIR(info.st_mode)) fail("read", path, EISDIR);
  if (!S_ISREG(info.st_mode)) throw FileError("cannot read " + path.string() + ": not a regular file", EINVAL);
  return RegularFile{std::move(fd), static_cast<std::uint64_t>(info.st_size)};
}

void write_all(FileCalls& calls, int fd, std::string_view bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const ssize_t count = retry_interrupted([&] { return calls.write(fd, bytes.data(), bytes.size()); });
    if (count < 0) fail("write", path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

int create_plain(FileCalls& calls, const fs::path& path) {
  const int fd = retry_interrupted(
      [&] { return calls.open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666); });
  if (fd < 0) fail("write", path, errno);
  return fd;
}

// Where the file systems cannot copy between each other; from where both descriptors stand.
void copy_by_hand(FileCalls& calls, int from_fd, Descriptor& to_fd, const fs::path& from, const fs::path& to) {
  std::vector<char> block(std::size_t{1} << 18);
  for (;;) {
    const ssize_t count = retry_interrupted([&] { return calls.read(from_fd, block.data(), block.size()); });
    if (count < 0) fail("read", from, errno);
    if (count == 0) break;
    write_all(calls, to_fd.get(), {block.data(), static_cast<std::size_t>(count)}, to);
  }
  if (to_fd.close() != 0 && errno != EINTR) fail("write", to, errno);
}

void sync_folder(FileCalls& calls, const fs::path& folder) {
  const fs::path path = folder.empty() ? fs::path(".") : folder;
  Descriptor fd(calls,
                retry_interrupted([&] { return calls.open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0); }));
  if (fd.get() < 0) fail("open folder", path, errno);
  // Some network file systems know no fsync of a folder and answer EINVAL; there is nothing more to do there.
  if (retry_interrupted([&] { return calls.fsync(fd.get()); }) != 0 && errno != EINVAL)
    fail("flush folder", path, errno);
}

// The file that a chain of symbolic links ends at, existing or not.
fs::path follow_links(fs::path path) {
  for (int hops = 0; hops < 40; ++hops) {  // as many as Linux follows (path_resolution(7))
    std::error_code error;
    const fs::path target = fs::read_symlink(path, error);
    if (error) return path;
    path = target.is_absolute() ? target : path.parent_path() / target;
  }
  fail("write", path, ELOOP);
}

// A file that goes away again unless it was renamed to its final name.
class TemporaryFile {
 public:
  TemporaryFile(FileCalls& calls, const fs::path& target) : calls_(calls), target_(target), fd_(calls, create()) {}
  ~TemporaryFile() {
    if (!path_.empty()) calls_.unlink(path_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  // Owner and mode of the file that will be replaced; the owner as far as we are allowed to.
  void copy_mode() {
    struct stat old{};
    if (calls_.stat(target_.c_str(), &old) != 0) return;
    const bool same_owner = old.st_uid == ::geteuid() && old.st_gid == ::getegid();
    if (!same_owner && calls_.fchown(fd_.get(), old.st_uid, old.st_gid) != 0) errno = 0;
    if (calls_.fchmod(fd_.get(), old.st_mode & 07777) != 0) fail("write", target_, errno);
  }

  void write(std::string_view bytes) {
    write_all(calls_, fd_.get(), bytes, target_);
    written_bytes_ += bytes.size();
    if (written_bytes_ - begun_bytes_ < writeback_bytes) return;
    calls_.sync_file_range(fd_.get());  // no harm if it fails: publish() flushes all
    begun_bytes_ = written_bytes_;
  }

  void publish() {
    if (retry_interrupted([&] { return calls_.fsync(fd_.get()); }) != 0) fail("write", target_, errno);
    if (fd_.close() != 0 && errno != EINTR) fail("write", target_, errno);
    if (calls_.rename(path_.c_str(), target_.c_str()) != 0) fail("write", target_, errno);
    path_.clear();
  }

 private:
  // Not derived from the target's name, which may already be as long as names can be.
  int create() {
    static std::atomic<unsigned> counter{0};
    for (;;) {
      path_ = target_.parent_path() / (".sam-" + std::to_string(::getpid()) + "-" + std::to_string(counter++) + ".tmp");
      const int fd =
          retry_interrupted([&] { return calls_.open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666); });
      if (fd >= 0) return fd;
      if (errno == EEXIST) continue;  // left by a process with our number that was killed
      const int error_number = errno;
      path_.clear();
      fail("write", target_, error_number);
    }
  }

  static constexpr std::uint64_t writeback_bytes = std::uint64_t{8}
                                                   << 20;  // so that publish() waits for the last of them only

  FileCalls& calls_;
  fs::path target_;
  std::uint64_t written_bytes_ = 0;
  std::uint64_t begun_bytes_ = 0;  // to go to the disk
  fs::path path_;                  // before fd_: create() sets it
  Descriptor fd_;
};

class PosixInputFile final : public InputFile {
 public:
  PosixInputFile(std::shared_ptr<FileCalls> calls, RegularFile file, fs::path path)
      : calls_(std::move(calls)), file_(std::move(file)), path_(std::move(path)) {}

  std::uint64_t size_bytes() const override { return file_.size_bytes; }

  std::size_t read(std::uint64_t offset, std::span<char> into) override {
    std::size_t used = 0;
    while (used < into.size()) {
      const ssize_t count = retry_interrupted([&] {
        return calls_->pread(file_.fd.get(), into.data() + used, into.size() - used, static_cast<off_t>(offset + used));
      });
      if (count < 0) fail("read", path_, errno);
      if (count == 0) break;
      used += static_cast<std::size_t>(count);
    }
    return used;
  }

 private:
  const std::shared_ptr<FileCalls> calls_;  // before file_, which is closed through it
  const RegularFile file_;
  const fs::path path_;
};

class PosixOutputFile final : public OutputFile {
 public:
  PosixOutputFile(std::shared_ptr<FileCalls> calls, const fs::path& target)
      : calls_(std::move(calls)), folder_(target.parent_path()), file_(*calls_, target) {
    file_.copy_mode();
  }

  void write(std::string_view bytes) override { file_.write(bytes); }
  void publish() override {
    file_.publish();
    sync_folder(*calls_, folder_);
  }

 private:
  const std::shared_ptr<FileCalls> calls_;  // before file_, which is closed through it
  const fs::path folder_;
  TemporaryFile file_;
};

class PosixFileLock final : public FileLock {
 public:
  PosixFileLock(std::shared_ptr<FileCalls> calls, Descriptor fd) : calls_(std::move(calls)), fd_(std::move(fd)) {}

 private:
  const std::shared_ptr<FileCalls> calls_;  // before fd_, which is closed through it
  const Descriptor fd_;                     // closing it gives the lock back
};

}  // namespace

std::optional<std::string> PosixFileSystem::read(const fs::path& path, std::uint64_t max_bytes) {
  const std::optional<RegularFile> file = open_regular(*calls_, path);
  if (!file) return std::nullopt;
  const auto too_large = [&](std::uint64_t size) {
    return FileError("cannot read " + path.string() + ": " + std::to_string(size) + " bytes, the limit is " +
                         std::to_string(max_bytes),
                     EFBIG);
  };
  if (file->size_bytes > max_bytes) throw too_large(file->size_bytes);

  std::string bytes;
  std::size_t used = 0;
  for (;;) {
    // One byte more than expected, so that a file which grew, or one in /proc of size 0, is read to its end.
    bytes.resize(std::max({static_cast<std::size_t>(file->size_bytes) + 1, used * 2, std::size_t{4096}}));
    const std::size_t asked = bytes.size() - used;
    const ssize_t count = retry_interrupted([&] { return calls_->read(file->fd.get(), bytes.data() + used, asked); });
    if (count < 0) fail("read", path, errno);
    used += static_cast<std::size_t>(count);
    if (used > max_bytes) throw too_large(used);
    const bool is_whole = used == file->size_bytes && static_cast<std::size_t>(count) < asked;
    if (count == 0 || (is_whole && used > 0)) break;
  }
  bytes.resize(used);
  if (bytes.capacity() - used > used / 8) bytes.shrink_to_fit();
  return bytes;
}

void PosixFileSystem::write_atomic(const fs::path& path, std::string_view bytes) {
  PosixOutputFile file(calls_, follow_links(path));
  file.write(bytes);
  file.publish();
}

std::optional<FileStatus> PosixFileSystem::status(const fs::path& path) {
  struct stat info{};
  if (calls_->stat(path.c_str(), &info) != 0) {
    if (means_missing(errno)) return std::nullopt;
    fail("look at", path, errno);
  }
  FileStatus status;
  if (S_ISREG(info.st_mode)) status.kind = FileStatus::Kind::file;
  if (S_ISDIR(info.st_mode)) status.kind = FileStatus::Kind::directory;
  status.size_bytes = static_cast<std::uint64_t>(info.st_size);
  status.modified_ns = std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec;
  status.inode = info.st_ino;
  return status;
}

std::vector<std::string> PosixFileSystem::list(const fs::path& path) {
  struct Closer {
    void operator()(DIR* folder) const { ::closedir(folder); }
  };
  std::unique_ptr<DIR, Closer> folder(calls_->opendir(path.c_str()));
  if (!folder) fail("list", path, errno);
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(folder.get());
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (errno != 0) fail("list", path, errno);
  return names;
}

void PosixFileSystem::create_directories(const fs::path& path) {
  if (path.empty() || path == path.root_path()) return;
  if (!path.has_filename()) return create_directories(path.parent_path());  // "a/b/"
  struct stat info{};
  if (calls_->stat(path.c_str(), &info) == 0) {
    if (!S_ISDIR(info.st_mode)) fail("create folder", path, ENOTDIR);
    try {  // who made it may have been killed before the next line
      sync_folder(*calls_, path.parent_path());
    } catch (const FileError& error) {  // somebody else's folder, which we may pass but not open
      if (error.error_number() != EACCES && error.error_number() != EPERM) throw;
    }
    return;
  }
  create_directories(path.parent_path());
  if (calls_->mkdir(path.c_str(), 0777) != 0 && errno != EEXIST) fail("create folder", path, errno);
  sync_folder(*calls_, path.parent_path());
}

void PosixFileSystem::rename(const fs::path& from, const fs::path& to) {
  if (calls_->rename(from.c_str(), to.c_str()) != 0) {
    const int error_number = errno;
    throw FileError(
        "cannot rename " + from.string() + " to " + to.string() + ": " + std::generic_category().message(error_number),
        error_number);
  }
}

void PosixFileSystem::remove(const fs::path& path) {
  if (calls_->unlink(path.c_str()) != 0 && !means_missing(errno)) fail("remove", path, errno);
}

void PosixFileSystem::remove_folder(const fs::path& path) {
  if (calls_->remove_tree(path.c_str()) != 0) fail("remove folder", path, errno);
}

void PosixFileSystem::remove_empty_folder(const fs::path& path) {
  if (calls_->rmdir(path.c_str()) == 0 || means_missing(errno)) return;
  if (errno != ENOTEMPTY && errno != EEXIST) fail("remove folder", path, errno);
}

std::unique_ptr<FileLock> PosixFileSystem::lock(const fs::path& path, std::string_view note) {
  const auto open_with = [&](int flags) {
    return retry_interrupted([&] { return calls_->open(path.c_str(), flags | O_CLOEXEC, 0666); });
  };
  int opened = open_with(O_RDWR | O_CREAT);
  if (opened < 0 && errno == EACCES) opened = open_with(O_RDONLY);  // another user's, left in a shared folder
  Descriptor fd(*calls_, opened);
  if (fd.get() < 0) fail("write", path, errno);
  if (retry_interrupted([&] { return calls_->flock(fd.get(), LOCK_EX | LOCK_NB); }) != 0) fail("lock", path, errno);
  // For people to read only, so that a full disk is no reason to refuse the lock.
  if (calls_->ftruncate(fd.get(), 0) == 0 && calls_->write(fd.get(), note.data(), note.size()) < 0) errno = 0;
  return std::make_unique<PosixFileLock>(calls_, std::move(fd));
}

std::unique_ptr<InputFile> PosixFileSystem::open(const fs::path& path) {
  std::optional<RegularFile> file = open_regular(*calls_, path);
  return file ? std::make_unique<PosixInputFile>(calls_, *std::move(file), path) : nullptr;
}

std::unique_ptr<OutputFile> PosixFileSystem::create(const fs::path& path) {
  return std::make_unique<PosixOutputFile>(calls_, follow_links(path));
}

void PosixFileSystem::write_unflushed(const fs::path& path, std::string_view bytes) {
  Descriptor fd(*calls_, create_plain(*calls_, path));
  write_all(*calls_, fd.get(), bytes, path);
  if (fd.close() != 0 && errno != EINTR) fail("write", path, errno);
}

void PosixFileSystem::copy_unflushed(const fs::path& from, const fs::path& to) {
  const std::optional<RegularFile> source = open_regular(*calls_, from);
  if (!source) fail("read", from, ENOENT);
  Descriptor fd(*calls_, create_plain(*calls_, to));
  // In the kernel, and without copying at all on file systems that share blocks.
  for (;;) {
    const ssize_t count =
        retry_interrupted([&] { return calls_->copy_file_range(source->fd.get(), fd.get(), std::size_t{1} << 30); });
    if (count == 0) break;
    if (count < 0) return copy_by_hand(*calls_, source->fd.get(), fd, from, to);
  }
  if (fd.close() != 0 && errno != EINTR) fail("write", to, errno);
}

void PosixFileSystem::flush_folder(const fs::path& folder) {
  sync_folder(*calls_, folder);
}

void PosixFileSystem::flush(const fs::path& folder) {
  Descriptor fd(*calls_,
                retry_interrupted([&] { return calls_->open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0); }));
  if (fd.get() < 0) fail("open folder", folder, errno);
  if (retry_interrupted([&] { return calls_->syncfs(fd.get()); }) != 0) fail("flush", folder, errno);
}

}  // namespace sam
