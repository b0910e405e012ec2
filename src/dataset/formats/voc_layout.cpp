#include "dataset/formats/voc_layout.h"

#include <algorithm>

#include "dataset/category_folder.h"
#include "dataset/formats/folder_files.h"
#include "dataset/formats/folder_names.h"
#include "dataset/formats/subset_name.h"
#include "dataset/natural_order.h"

namespace sam {
namespace {

namespace fs = std::filesystem;

constexpr int folder_depth = 4;
constexpr std::uint64_t max_list_bytes = 256 << 20;
constexpr const char* annotations_folder = "Annotations";
constexpr const char* objects_folder = "SegmentationObject";
constexpr const char* classes_folder = "SegmentationClass";

bool has_voc_folders(FileSystem& files, const fs::path& folder) {
  return is_folder(files, folder / annotations_folder) || is_folder(files, folder / objects_folder) ||
         is_folder(files, folder / classes_folder);
}

// The folder with VOC's folders: in itself, or VOCdevkit/VOC2012 in it. Empty if there is none.
fs::path find_devkit(FileSystem& files, const fs::path& in, int depth = 2) {
  if (has_voc_folders(files, in)) return in;
  const auto names = depth > 0 ? list_folder(files, in) : std::nullopt;
  if (!names) return {};
  for (const std::string& name : names->folders) {
    if (!name.starts_with("VOC")) continue;
    if (fs::path found = find_devkit(files, in / name, depth - 1); !found.empty()) return found;
  }
  return {};
}

void add_bases(FileSystem& files, const fs::path& folder, std::string_view extension, std::vector<std::string>& bases) {
  if (!is_folder(files, folder)) return;
  for (std::string& path : find_files(files, folder, extension, folder_depth)) {
    path.resize(path.size() - extension.size());
    bases.push_back(std::move(path));
  }
}

// car_train.txt: "name 1" and "name -1" say whether the class occurs.
bool is_of_one_class(std::string_view stem, const std::vector<std::string>& lines) {
  if (stem.find('_') == std::string_view::npos || lines.empty()) return false;
  const std::string& line = lines.front();
  return line.ends_with(" 1") || line.ends_with(" -1") || line.ends_with(" 0");
}

}  // namespace

VocLayout::VocLayout(FileSystem& files, const fs::path& in) : files_(files) {
  if (is_file(files, in)) {
    root_ = annotations_ = in.parent_path();
    bases_ = {in.stem().string()};
    return;
  }
  root_ = find_devkit(files, in);
  is_devkit_ = !root_.empty();
  if (!is_devkit_) {
    root_ = annotations_ = in;
    add_bases(files, in, ".xml", bases_);
    return;
  }
  annotations_ = root_ / annotations_folder;
  add_bases(files, annotations_, ".xml", bases_);
  add_bases(files, root_ / objects_folder, ".png", bases_);
  if (!is_folder(files, root_ / objects_folder)) add_bases(files, root_ / classes_folder, ".png", bases_);
  std::sort(bases_.begin(), bases_.end(), natural_less);
  bases_.erase(std::unique(bases_.begin(), bases_.end()), bases_.end());
  read_image_sets(root_ / "ImageSets" / "Main");
  read_image_sets(root_ / "ImageSets" / "Segmentation");
}

// trainval is what both are together, and all there is in a dataset without parts.
void VocLayout::read_image_sets(const fs::path& folder) {
  if (!is_folder(files_, folder)) return;
  std::vector<std::string> together;
  for (const std::string& path : find_files(files_, folder, ".txt", 1)) {
    std::vector<std::string> lines = text_lines(files_.read(folder / path, max_list_bytes).value_or(""));
    const std::string stem(stem_of(path));
    if (is_of_one_class(stem, lines)) continue;
    if (stem == "trainval") {
      together = std::move(lines);
      continue;
    }
    for (std::string& line : lines) subsets_.emplace(std::move(line), subset_name(stem));
  }
  for (std::string& line : together) subsets_.emplace(std::move(line), "");
}

fs::path VocLayout::objects_png(const std::string& base) const {
  return is_devkit_ ? root_ / objects_folder / (base + ".png") : fs::path();
}

fs::path VocLayout::classes_png(const std::string& base) const {
  return is_devkit_ ? root_ / classes_folder / (base + ".png") : fs::path();
}

fs::path VocLayout::photo(const std::string& base, const std::string& file_name) const {
  const fs::path below(folder_of(base));
  std::vector<fs::path> folders;
  if (is_devkit_) {
    folders = {root_ / "JPEGImages" / below, root_ / "JPEGImages"};
  } else {
    const fs::path here = root_ / below;
    folders = {here, here / "images", here / ".." / "images", here / ".." / "JPEGImages"};
  }
  const std::string stem(base.substr(folder_of(base).size()));
  for (const fs::path& folder : folders) {
    if (!file_name.empty() && is_file(files_, folder / file_name)) return (folder / file_name).lexically_normal();
  }
  for (const fs::path& folder : folders) {
    for (const char* extension : {".jpg", ".png", ".jpeg", ".JPG", ".bmp", ".webp", ".tif", ".tiff"}) {
      if (is_file(files_, folder / (stem + extension))) return (folder / (stem + extension)).lexically_normal();
    }
  }
  return {};
}

std::string VocLayout::subset(const std::string& base) const {
  if (!is_devkit_) {
    const std::string_view folder = folder_of(base);
    return subset_name(folder.substr(0, folder.find('/')));
  }
  const auto found = subsets_.find(base);
  return found != subsets_.end() ? found->second : std::string();
}

}  // namespace sam
