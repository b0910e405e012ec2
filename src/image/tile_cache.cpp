#include "image/tile_cache.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "image/picture_file.h"
#include "image/tile_pyramid.h"
#include "platform/hash.h"

namespace sam {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse_folder(const fs::path& folder, const std::string& reason) {
  throw ImageError("cannot be unpacked for zooming into " + folder.string() + ": " + reason);
}

// Keeps others out while it lives: a byte of one lock file, chosen by the key, so that different pictures rarely wait for each
// other and no lock files pile up. The lock belongs to the open file: it holds between threads and between processes.
class KeyLock {
 public:
  KeyLock(const fs::path& folder, const std::string& key)
      : descriptor_(open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    if (descriptor_ < 0) refuse_folder(folder, std::strerror(errno));
    struct flock range{};
    range.l_type = F_WRLCK;
    range.l_whence = SEEK_SET;
    range.l_start = static_cast<off_t>(std::stoull(key.substr(0, 7), nullptr, 16));
    range.l_len = 1;
    while (fcntl(descriptor_, F_OFD_SETLKW, &range) != 0) {
      if (errno == EINTR) continue;
      const std::string reason = std::strerror(errno);
      close(descriptor_);
      refuse_folder(folder, reason);
    }
  }
  ~KeyLock() { close(descriptor_); }
  KeyLock(const KeyLock&) = delete;
  KeyLock& operator=(const KeyLock&) = delete;

 private:
  int descriptor_;
};

std::string cache_key(const fs::path& path) {
  std::error_code error;
  const fs::path whole = fs::canonical(path, error);
  const auto bytes = error ? 0 : fs::file_size(whole, error);
  const auto changed = error ? fs::file_time_type() : fs::last_write_time(whole, error);
  if (error == std::errc::not_enough_memory) throw std::bad_alloc();
  if (error) throw ImageError("cannot be read: " + error.message());
  return content_hash(whole.string() + '\n' + std::to_string(bytes) + '\n' +
                      std::to_string(changed.time_since_epoch().count()));
}

// Marks the file, if there is one, as used now.
void touch(const fs::path& path) {
  std::error_code error;
  fs::last_write_time(path, fs::file_time_type::clock::now(), error);
}

// Removes a file that was not finished.
class PartFile {
 public:
  explicit PartFile(fs::path path) : path_(std::move(path)) {}
  ~PartFile() {
    std::error_code error;
    fs::remove(path_, error);
  }
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

void unpack(const fs::path& path, const DecodeLimits& limits, const fs::path& target) {
  const PartFile part(fs::path(target).replace_extension(".part"));
  const PictureFile file(path, limits, PictureAccess::sequential);
  TilePyramidWriter writer(part.path(), file.size(), file.orientation());
  file.read_rows({0, 0, file.size()}, [&](const std::uint8_t* rgb) { writer.add_row(rgb); });
  writer.finish();
  std::error_code error;
  fs::rename(part.path(), target, error);
  if (error) refuse_folder(target.parent_path(), error.message());
}

struct CachedFile {
  fs::path path;
  fs::file_time_type used;
  std::uint64_t bytes;
};

std::vector<CachedFile> list_cache(const fs::path& folder) {
  std::vector<CachedFile> files;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    std::error_code gone;
    const CachedFile file{entry->path(), entry->last_write_time(gone), entry->file_size(gone)};
    if (!gone) files.push_back(file);
  }
  return files;
}

}  // namespace

std::string read_cached_tile(const fs::path& path, const DecodeLimits& limits, Size upright, TileAddress tile,
                             const fs::path& cache_folder) {
  const std::string key = cache_key(path);
  const fs::path pyramid = cache_folder / (key + ".tiles");
  touch(pyramid);
  if (auto jpeg = read_tile(pyramid, upright, tile)) return *jpeg;
  std::error_code error;
  fs::create_directories(cache_folder, error);
  if (error) refuse_folder(cache_folder, error.message());
  const KeyLock lock(cache_folder, key);
  if (auto jpeg = read_tile(pyramid, upright, tile)) return *jpeg;
  unpack(path, limits, pyramid);
  if (auto jpeg = read_tile(pyramid, upright, tile)) return *jpeg;
  refuse_folder(cache_folder, "what was written cannot be read back");
}

void trim_tile_cache(const fs::path& cache_folder, std::uint64_t max_bytes) {
  constexpr auto in_use = std::chrono::minutes(1);    // somebody may be about to open it
  constexpr auto abandoned = std::chrono::hours(24);  // a half-written file this old has no writer any more
  const auto now = fs::file_time_type::clock::now();
  std::vector<CachedFile> files = list_cache(cache_folder);
  std::sort(files.begin(), files.end(), [](const CachedFile& a, const CachedFile& b) { return a.used > b.used; });
  std::uint64_t kept = 0;
  for (const CachedFile& file : files) {
    std::error_code error;
    if (file.path.extension() == ".part" && now - file.used > abandoned) fs::remove(file.path, error);
    if (file.path.extension() != ".tiles") continue;
    if (now - file.used > in_use && kept + file.bytes > max_bytes) {
      fs::remove(file.path, error);
    } else {
      kept += file.bytes;
    }
  }
}

}  // namespace sam
