#include "platform/cache_folder_scan.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string_view>

namespace sam {
namespace {

constexpr std::int64_t abandoned_ns = std::int64_t{3600} * 1'000'000'000;

struct FolderCloser {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

std::int64_t changed_ns(const struct stat& status) {
  return std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
}

bool is_older(const ScannedFile& a, const ScannedFile& b) {
  return a.used_ns < b.used_ns;
}

// A heap with the youngest on top, so that it makes place for an older one.
void keep_if_old(std::vector<ScannedFile>& oldest, ScannedFile file, std::size_t most) {
  if (oldest.size() == most) {
    if (most == 0 || !is_older(file, oldest.front())) return;
    std::pop_heap(oldest.begin(), oldest.end(), is_older);
    oldest.pop_back();
  }
  oldest.push_back(std::move(file));
  std::push_heap(oldest.begin(), oldest.end(), is_older);
}

}  // namespace

FolderScan scan_cache_folder(const std::filesystem::path& folder, const std::string& suffix, std::size_t most) {
  FolderScan scan;
  const std::unique_ptr<DIR, FolderCloser> open(::opendir(folder.c_str()));
  if (!open) return scan;
  const std::int64_t now =
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  while (const dirent* entry = ::readdir(open.get())) {
    const std::string_view name = entry->d_name;
    const bool is_temporary = name.ends_with(".tmp");
    if (!is_temporary && !name.ends_with(suffix)) continue;
    struct stat status{};
    if (::fstatat(::dirfd(open.get()), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (!S_ISREG(status.st_mode)) continue;
    const auto bytes = static_cast<std::uint64_t>(status.st_size);
    if (is_temporary) {
      const bool removed =
          now - changed_ns(status) > abandoned_ns && ::unlinkat(::dirfd(open.get()), entry->d_name, 0) == 0;
      if (!removed) scan.temporary_bytes += bytes;
      continue;
    }
    ++scan.entries;
    scan.entry_bytes += bytes;
    keep_if_old(scan.oldest, {std::string(name), changed_ns(status), bytes}, most);
  }
  std::sort_heap(scan.oldest.begin(), scan.oldest.end(), is_older);
  return scan;
}

bool remove_unused(const std::filesystem::path& folder, const ScannedFile& file) {
  const std::filesystem::path path = folder / file.name;
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0 || changed_ns(status) != file.used_ns) return false;
  return ::unlink(path.c_str()) == 0;
}

}  // namespace sam
