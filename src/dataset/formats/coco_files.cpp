#include "dataset/formats/coco_files.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "dataset/formats/format.h"
#include "dataset/natural_order.h"

namespace sam {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = "instances_";
constexpr std::string_view no_subset = "default";
constexpr std::string_view roboflow_name = "_annotations.coco.json";

bool is_folder(FileSystem& files, const fs::path& path) {
  const auto status = files.status(path);
  return status && status->kind == FileStatus::Kind::directory;
}

bool is_file(FileSystem& files, const fs::path& path) {
  const auto status = files.status(path);
  return status && status->kind == FileStatus::Kind::file;
}

// Names of the *.json in a folder, in natural order; none if there is no such folder.
std::vector<std::string> json_names(FileSystem& files, const fs::path& folder) {
  if (!is_folder(files, folder)) return {};
  std::vector<std::string> names = files.list(folder);
  std::erase_if(names, [](const std::string& name) { return name.starts_with('.') || !name.ends_with(".json"); });
  std::sort(names.begin(), names.end(), natural_less);
  return names;
}

// "train2017" is of train; other names with digits stay what they are.
std::string without_year(std::string_view name) {
  const std::string_view word = name.substr(0, name.find_first_of("0123456789"));
  if (word == "valid" || word == "validation") return "val";
  const bool known = std::find(std::begin(subset_names), std::end(subset_names), word) != std::end(subset_names);
  return std::string(known ? word : name);
}

// Of a file that may be called anything: only what is surely one.
std::string subset_of(std::string_view stem) {
  if (stem.starts_with(prefix)) {
    stem.remove_prefix(prefix.size());
    return stem == no_subset ? std::string() : without_year(stem);
  }
  const std::string word = without_year(stem);
  const bool known = std::find(std::begin(subset_names), std::end(subset_names), word) != std::end(subset_names);
  return known ? word : std::string();
}

std::vector<fs::path> photo_folders(FileSystem& files, const fs::path& root, const fs::path& file,
                                    const std::string& subset) {
  std::string stem = file.stem().string();
  if (stem.starts_with(prefix)) stem.erase(0, prefix.size());
  const fs::path images = root / "images";
  std::vector<fs::path> folders = {images / subset, images / stem,      images, root / stem, root / subset / "images",
                                   root / subset,   file.parent_path(), root};
  std::vector<fs::path> found;
  for (fs::path& folder : folders) {
    folder = folder.lexically_normal();
    if (!folder.has_filename()) folder = folder.parent_path();  // "images/" for no subset
    if (std::find(found.begin(), found.end(), folder) != found.end()) continue;
    if (is_folder(files, folder)) found.push_back(std::move(folder));
  }
  return found;
}

CocoFile coco_file(FileSystem& files, const fs::path& root, const fs::path& path, std::string subset) {
  std::vector<fs::path> folders = photo_folders(files, root, path, subset);
  return {path, path.lexically_relative(root).string(), std::move(subset), std::move(folders)};
}

std::vector<CocoFile> below_annotations(FileSystem& files, const fs::path& root) {
  std::vector<std::string> names = json_names(files, root / "annotations");
  const auto is_other = [](const std::string& name) { return !name.starts_with(prefix); };
  if (!std::all_of(names.begin(), names.end(), is_other)) std::erase_if(names, is_other);
  std::vector<CocoFile> found;
  for (const std::string& name : names) {
    const fs::path path = root / "annotations" / name;
    found.push_back(coco_file(files, root, path, subset_of(path.stem().string())));
  }
  return found;
}

std::vector<CocoFile> of_roboflow(FileSystem& files, const fs::path& root) {
  std::vector<CocoFile> found;
  for (const std::string_view folder : {"train", "valid", "val", "test"}) {
    const fs::path path = root / folder / roboflow_name;
    if (is_file(files, path)) found.push_back(coco_file(files, root, path, without_year(folder)));
  }
  return found;
}

}  // namespace

std::vector<CocoFile> find_coco_files(FileSystem& files, const fs::path& in) {
  if (is_file(files, in)) {
    const fs::path folder = fs::absolute(in).parent_path();
    const fs::path root = folder.filename() == "annotations" ? folder.parent_path() : folder;
    CocoFile file = coco_file(files, root, fs::absolute(in), subset_of(in.stem().string()));
    file.name = in.filename().string();
    return {std::move(file)};
  }
  if (!is_folder(files, in)) return {};
  std::vector<CocoFile> found = below_annotations(files, in);
  if (found.empty()) found = of_roboflow(files, in);
  if (!found.empty()) return found;
  for (const std::string& name : json_names(files, in)) {
    found.push_back(coco_file(files, in, in / name, subset_of(fs::path(name).stem().string())));
  }
  return found;
}

bool looks_like_coco(FileSystem& files, const fs::path& file) {
  const auto opened = files.open(file);
  if (!opened) return false;
  std::string head(std::size_t{1} << 16, '\0');
  head.resize(opened->read(0, head));
  const std::size_t start = head.find_first_not_of("\xef\xbb\xbf \t\r\n");
  if (start == std::string::npos || head[start] != '{') return false;
  const auto has = [&](std::string_view key) { return head.find(key) != std::string::npos; };
  if (has("\"shapes\"") || has("\"labels_file\"")) return false;  // LabelMe's, and a project's own
  return has("\"images\"") || has("\"categories\"") || has("\"annotations\"");
}

fs::path coco_file_of(const std::string& subset) {
  return fs::path("annotations") / (std::string(prefix) + (subset.empty() ? std::string(no_subset) : subset) + ".json");
}

}  // namespace sam
