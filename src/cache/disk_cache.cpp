#include "cache/disk_cache.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "platform/cache_folder_scan.h"
#include "platform/hash.h"
#include "platform/unique_descriptor.h"

namespace sam {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t scanned_names = 1024;

// So much is left free after making room, and may be written before the folder is looked through again.
std::uint64_t slack(std::uint64_t limit_bytes) {
  return limit_bytes / 16;
}

std::uint64_t not_negative(std::int64_t count) {
  return count < 0 ? 0 : static_cast<std::uint64_t>(count);
}

// Of this entry's name alone: something that is no file stands in its place, or it was removed before it got its name.
bool concerns_the_entry(int error_number) {
  return error_number == EISDIR || error_number == ENOTEMPTY || error_number == EEXIST || error_number == ENOENT;
}

fs::path temporary_name(const fs::path& folder) {
  static std::atomic<unsigned> counter{0};
  return folder / (".sam-" + std::to_string(::getpid()) + "-" + std::to_string(counter++) + ".tmp");
}

UniqueDescriptor create(const fs::path& path) {
  return UniqueDescriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
}

}  // namespace

DiskCache::DiskCache(fs::path folder, std::string suffix, std::uint64_t limit_bytes)
    : folder_(std::move(folder)), suffix_(std::move(suffix)), limit_bytes_(limit_bytes) {}

fs::path DiskCache::path_of(const std::string& key) const {
  return folder_ / (content_hash(key) + suffix_);
}

bool DiskCache::holds(const std::string& key) const {
  struct stat status{};
  return ::lstat(path_of(key).c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

bool DiskCache::read(const std::string& key, const Read& read) {
  const fs::path path = path_of(key);
  // Not blocking, should it be a pipe.
  const UniqueDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat status{};
  const bool is_link = !file && errno == ELOOP;
  if ((!file && !is_link) || (file && ::fstat(file.get(), &status) != 0)) {
    ++misses_;
    return false;
  }
  const auto bytes = static_cast<std::uint64_t>(status.st_size);
  if (is_link || !S_ISREG(status.st_mode)) {
    ++misses_;
    discard(path, 0);
    return false;
  }
  if (bytes > limit_bytes_ || !read(file.get(), bytes)) {
    ++misses_;
    discard(path, bytes);
    return false;
  }
  ::futimens(file.get(), nullptr);  // used now; where that is not allowed the file counts as older
  ++hits_;
  return true;
}

void DiskCache::discard(const fs::path& path, std::uint64_t bytes) {
  ++damaged_;
  spdlog::info("{} is damaged; what it held is made again", path.string());
  if (::unlink(path.c_str()) != 0) {
    ::rmdir(path.c_str());
  } else if (bytes > 0) {
    --entries_;
    bytes_ -= static_cast<std::int64_t>(bytes);
  }
}

bool DiskCache::write(const std::string& key, std::uint64_t file_bytes, const Write& write) {
  const auto refuse = [&] {
    ++dropped_;
    return false;
  };
  if (!writable_ || file_bytes > limit_bytes_) return refuse();
  const bool is_full = not_negative(bytes_) + file_bytes > limit_bytes_;
  if (is_full || !looked_through_ || written_since_look_ + file_bytes > slack(limit_bytes_)) make_room(file_bytes);
  if (not_negative(bytes_) + file_bytes > limit_bytes_) return refuse();  // what is there cannot be removed
  if (!attempt(path_of(key), write)) return refuse();
  ++writes_;
  return true;
}

bool DiskCache::attempt(const fs::path& target, const Write& write) {
  const fs::path temporary = temporary_name(folder_);
  UniqueDescriptor file = create(temporary);
  if (!file && (errno == ENOENT || errno == ENOTDIR)) {  // not made yet, or removed while we run
    std::error_code error;
    fs::create_directories(folder_, error);
    if (!error)
      file = create(temporary);
    else
      errno = error.value();
  }
  if (!file) {
    give_up_writing(folder_, errno);
    return false;
  }
  struct stat status{};
  const bool written = write(file.get()) && ::fstat(file.get(), &status) == 0;
  const int error_number = errno;
  if (!written) {
    ::unlink(temporary.c_str());
    give_up_writing(folder_, error_number);
    return false;
  }
  return publish(temporary, target, static_cast<std::uint64_t>(status.st_size));
}

bool DiskCache::publish(const fs::path& temporary, const fs::path& target, std::uint64_t bytes) {
  struct stat old{};
  const bool replaces = ::lstat(target.c_str(), &old) == 0;
  if (::rename(temporary.c_str(), target.c_str()) != 0) {
    const int error_number = errno;
    ::unlink(temporary.c_str());
    if (!concerns_the_entry(error_number)) give_up_writing(target, error_number);
    return false;
  }
  if (!replaces) ++entries_;
  bytes_ += static_cast<std::int64_t>(bytes) - (replaces && S_ISREG(old.st_mode) ? old.st_size : 0);
  written_since_look_ += bytes;
  return true;
}

void DiskCache::give_up_writing(const fs::path& path, int error_number) {
  if (!writable_.exchange(false)) return;
  spdlog::warn("cannot write to {}: {}; nothing more is kept there until the next start", path.string(),
               std::strerror(error_number));
}

// One look and what may go of the oldest; false if that was all that can be done.
bool DiskCache::evict(std::uint64_t wanted_bytes) {
  const FolderScan scan = scan_cache_folder(folder_, suffix_, scanned_names);
  std::uint64_t total = scan.entry_bytes + scan.temporary_bytes;
  std::uint64_t removed = 0;
  if (total + wanted_bytes > limit_bytes_) {
    for (const ScannedFile& file : scan.oldest) {
      if (total + wanted_bytes <= limit_bytes_ - slack(limit_bytes_)) break;
      if (!remove_unused(folder_, file)) continue;
      total -= file.bytes;
      ++removed;
    }
  }
  entries_ = static_cast<std::int64_t>(scan.entries - removed);
  bytes_ = static_cast<std::int64_t>(total);
  evictions_ += removed;
  return total + wanted_bytes > limit_bytes_ && removed > 0;
}

void DiskCache::make_room(std::uint64_t wanted_bytes) {
  looked_through_ = true;
  written_since_look_ = 0;
  while (evict(wanted_bytes)) {
  }
}

DiskStatistics DiskCache::count() {
  const FolderScan scan = scan_cache_folder(folder_, suffix_, 0);
  entries_ = static_cast<std::int64_t>(scan.entries);
  bytes_ = static_cast<std::int64_t>(scan.entry_bytes);
  return statistics();
}

DiskCache::Cleared DiskCache::clear() {
  Cleared cleared;
  std::error_code error;
  for (fs::directory_iterator entry(folder_, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    const bool is_entry = name.ends_with(suffix_);
    if (!is_entry && !name.ends_with(".tmp")) continue;
    struct stat status{};
    if (::lstat(entry->path().c_str(), &status) != 0 || ::unlink(entry->path().c_str()) != 0) continue;
    if (is_entry) ++cleared.entries;
    cleared.bytes += static_cast<std::uint64_t>(status.st_size);
  }
  entries_ = 0;
  bytes_ = 0;
  return cleared;
}

DiskStatistics DiskCache::statistics() const {
  return {not_negative(entries_), not_negative(bytes_), hits_, misses_, evictions_, writes_, dropped_, damaged_};
}

}  // namespace sam
