#include "dataset/category_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <new>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "dataset/natural_order.h"
#include "dataset/project_folders.h"
#include "dataset/store.h"
#include "dataset/utf8.h"

namespace sam {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 7> extensions = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"};

// File names end at 255 bytes; backups/…/<image>.json.damaged is the longest we make of one.
constexpr std::size_t max_name_bytes = 240;

bool is_inside(const fs::path& path, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

// Where a path leads; nothing if it leads nowhere. Memory that could not be had is no such answer.
std::optional<fs::path> find_target(const fs::path& path) {
  std::error_code error;
  fs::path target = fs::canonical(path, error);
  if (error == std::errc::not_enough_memory) throw std::bad_alloc();
  if (error) return std::nullopt;
  return target;
}

fs::path require_target(const fs::path& path) {
  if (auto target = find_target(path)) return *std::move(target);
  throw DatasetError(path.string() + " is not there any more; put it back");
}

// What is wrong with a link's target; nullptr: nothing.
const char* judge_link(const CategoryFolder& folder, const fs::path& link) {
  const std::optional<fs::path> target = find_target(link);
  if (!target) return "links to a file that is not there";
  if (is_inside(*target, folder.root) || is_inside(*target, folder.images)) return nullptr;
  return "links to a file outside the project";
}

// False: not a picture (a folder).
bool look_at(const CategoryFolder& folder, int images_fd, const dirent& entry, FoundPicture& picture) {
  struct stat info{};
  const bool maybe_link = entry.d_type == DT_LNK || entry.d_type == DT_UNKNOWN;
  if (maybe_link && ::fstatat(images_fd, entry.d_name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(info.st_mode)) {
    picture.broken = judge_link(folder, folder.images / entry.d_name);
    if (picture.broken != nullptr) return true;
  }
  if (::fstatat(images_fd, entry.d_name, &info, 0) != 0) {
    picture.broken = "cannot be read";
    return true;
  }
  if (S_ISDIR(info.st_mode)) return false;
  picture.size_bytes = static_cast<std::uint64_t>(info.st_size);
  picture.modified_ns = std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec;
  if (!S_ISREG(info.st_mode)) {
    picture.broken = "not a regular file";
  } else if (info.st_size == 0) {
    picture.broken = "the file is empty (0 bytes)";
  } else if (picture.name.size() > max_name_bytes) {
    picture.broken = "the file name is longer than 240 bytes; rename it";
  }
  return true;
}

// Before anything is made below it.
void refuse_folder_outside(const CategoryFolder& folder, const fs::path& path) {
  const std::optional<fs::path> target = find_target(path);
  if (target && is_inside(*target, folder.root)) return;
  throw DatasetError(path.string() + " links to a folder outside the project; put a real folder in its place");
}

bool holds(const std::vector<std::string>& sorted, const std::string& name) {
  return std::binary_search(sorted.begin(), sorted.end(), name);
}

}  // namespace

CategoryFolder open_category_folder(const fs::path& folder, FileSystem& files) {
  const auto status = files.status(folder);
  if (!status || status->kind != FileStatus::Kind::directory) {
    throw DatasetError(folder.string() + " is not a folder; give the one that holds images/ with --category_path");
  }
  CategoryFolder result;
  result.root = require_target(folder);
  const auto images = files.status(result.root / "images");
  if (!images || images->kind != FileStatus::Kind::directory) {
    throw DatasetError(result.root.string() + " has no folder images/; make it and put the pictures into it");
  }
  result.images = require_target(result.root / "images");
  result.labels = result.root / "labels";
  result.metadata = result.root / "metadata";
  result.backups = result.root / "backups";
  result.annotations = result.root / "annotations";
  result.history = result.annotations / ".history";
  try {
    for (const fs::path& made : {result.labels, result.metadata, result.backups, result.annotations, result.history,
                                 result.root / "masks", result.root / "exports"}) {
      files.create_directories(made);
      require_there(result.root / "images", files);
      if (fs::symlink_status(made).type() == fs::file_type::not_found) continue;  // a dry run's
      refuse_folder_outside(result, made);
    }
    // A process that was killed may have renamed files and not flushed that; from here on they count as being there.
    for (const fs::path& each : {result.labels, result.history, result.backups}) files.flush_folder(each);
  } catch (const FileError& error) {
    throw DatasetError(std::string(error.what()) + "; the project's folder must be writable");
  }
  for (const char* own : {".lock", ".state.json", "index.sqlite", "index.sqlite-wal"}) {
    require_inside(result, result.annotations / own);
  }
  return result;
}

bool has_picture_extension(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return false;
  std::string extension(name.substr(dot));
  for (char& c : extension) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return std::find(extensions.begin(), extensions.end(), extension) != extensions.end();
}

std::vector<FoundPicture> list_pictures(const CategoryFolder& folder) {
  struct Closer {
    void operator()(DIR* open) const { ::closedir(open); }
  };
  std::unique_ptr<DIR, Closer> images(::opendir(folder.images.c_str()));
  const auto fail = [&](int error_number) {
    throw FileError("cannot list " + folder.images.string() + ": " + std::generic_category().message(error_number),
                    error_number);
  };
  if (!images) fail(errno);

  std::vector<FoundPicture> pictures;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(images.get());
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name.front() == '.' || entry->d_type == DT_DIR || !has_picture_extension(name)) continue;
    if (!is_utf8(name)) {
      spdlog::warn("images/: a file whose name is not UTF-8 is left out; rename it");
      continue;
    }
    FoundPicture picture;
    picture.name = name;
    if (look_at(folder, ::dirfd(images.get()), *entry, picture)) pictures.push_back(std::move(picture));
  }
  if (errno != 0) fail(errno);
  std::sort(pictures.begin(), pictures.end(),
            [](const FoundPicture& a, const FoundPicture& b) { return natural_less(a.name, b.name); });
  return pictures;
}

const char* refused_link(const CategoryFolder& folder, const fs::path& path) {
  struct stat info{};
  if (::lstat(path.c_str(), &info) != 0 || !S_ISLNK(info.st_mode)) return nullptr;
  return judge_link(folder, path);
}

void require_inside(const CategoryFolder& folder, const fs::path& path) {
  const char* reason = refused_link(folder, path);
  if (reason == nullptr) return;
  throw DatasetError(path.lexically_relative(folder.root).string() + " " + reason +
                     "; put the file itself in its place");
}

std::string_view base_name(std::string_view file_name) {
  const std::size_t dot = file_name.rfind('.');
  return dot == std::string_view::npos || dot == 0 ? file_name : file_name.substr(0, dot);
}

std::string label_file_name(std::string_view image, bool own_label_file) {
  return std::string(own_label_file ? image : base_name(image)) + ".txt";
}

std::vector<std::string> assign_label_files(std::vector<FoundPicture>& pictures,
                                            const std::vector<std::string>& label_files,
                                            const std::vector<std::string>& annotation_files) {
  std::vector<FoundPicture*> by_base;
  by_base.reserve(pictures.size());
  for (FoundPicture& picture : pictures) by_base.push_back(&picture);
  std::sort(by_base.begin(), by_base.end(), [](const FoundPicture* a, const FoundPicture* b) {
    // Within one base name as in pictures, whose elements the pointers are.
    return std::pair(base_name(a->name), a) < std::pair(base_name(b->name), b);
  });

  std::vector<std::string> warnings;
  // Names of pictures with files of their own. A base name is shorter than its names, so its group comes before theirs.
  std::set<std::string_view> taken;
  for (auto first = by_base.begin(); first != by_base.end();) {
    const auto last = std::find_if(first, by_base.end(), [&](const FoundPicture* picture) {
      return base_name(picture->name) != base_name((*first)->name);
    });
    // As that of a.png.jpg is beside an a.png with its own a.png.txt.
    const bool base_taken = taken.contains(base_name((*first)->name));
    if (last - first > 1 || base_taken) {
      const auto without_own = [&](const FoundPicture* p) { return !holds(label_files, p->name + ".txt"); };
      const auto annotated = [&](const FoundPicture* p) { return holds(annotation_files, p->name + ".json"); };
      auto owner = std::find_if(first, last, [&](const FoundPicture* p) { return without_own(p) && annotated(p); });
      if (owner == last) owner = std::find_if(first, last, without_own);
      if (base_taken) owner = last;
      for (auto each = first; each != last; ++each) {
        (*each)->own_label_file = each != owner;
        if (each != owner) taken.insert((*each)->name);
      }
      warnings.push_back(std::to_string(last - first) + " pictures are called " +
                         std::string(base_name((*first)->name)) + ".*; " +
                         (owner == last ? "each" : "all but " + (*owner)->name) +
                         " has its labels in a file named after the whole picture name");
    }
    first = last;
  }
  return warnings;
}

}  // namespace sam
