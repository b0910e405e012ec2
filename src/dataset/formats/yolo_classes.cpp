#include "dataset/formats/yolo_classes.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "dataset/class_list.h"
#include "dataset/formats/folder_names.h"
#include "dataset/formats/format.h"

namespace sam {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t max_yaml_bytes = std::uint64_t{16} << 20;
constexpr int most_above = 3;  // folders above images/train/a.jpg's
constexpr std::array<const char*, 4> yaml_names = {"data.yaml", "data.yml", "dataset.yaml", "dataset.yml"};
constexpr std::array<std::string_view, 5> class_lists = {"classes.txt", "classes.csv", "obj.names",
                                                         "predefined_classes.txt", "labels.txt"};
constexpr std::array<std::string_view, 8> lists = {"train.txt",    "val.txt",          "valid.txt", "test.txt",
                                                   "trainval.txt", "requirements.txt", "notes.txt", "license.txt"};

bool is_yaml(const std::string& name) {
  return name.ends_with(".yaml") || name.ends_with(".yml");
}

std::optional<fs::path> named_yaml(FileSystem& files, const fs::path& folder) {
  for (const char* name : yaml_names) {
    if (is_file(files, folder / name)) return folder / name;
  }
  return std::nullopt;
}

// data.yaml, or the only YAML file (coco8.yaml).
std::optional<fs::path> yaml_in(FileSystem& files, const fs::path& folder, const FolderNames& names) {
  if (auto found = named_yaml(files, folder)) return found;
  if (std::count_if(names.files.begin(), names.files.end(), is_yaml) != 1) return std::nullopt;
  return folder / *std::find_if(names.files.begin(), names.files.end(), is_yaml);
}

std::optional<fs::path> yaml_below(FileSystem& files, const fs::path& folder, const FolderNames& names) {
  std::optional<fs::path> only;
  for (const std::string& name : names.folders) {
    auto found = named_yaml(files, folder / name);
    if (found && only) return std::nullopt;  // several datasets
    if (found) only = std::move(found);
  }
  return only;
}

std::optional<fs::path> yaml_above(FileSystem& files, fs::path folder) {
  for (int i = 0; i < most_above && folder.has_parent_path() && folder != folder.parent_path(); ++i) {
    folder = folder.parent_path();
    if (auto found = named_yaml(files, folder)) return found;
  }
  return std::nullopt;
}

YoloYaml read_yaml(FileSystem& files, const fs::path& path) {
  return parse_yolo_yaml(files.read(path, max_yaml_bytes).value_or(""), path.filename().string());
}

// Of a folder without data.yaml: images and labels lie side by side.
fs::path root_of(const fs::path& folder) {
  for (const fs::path& each : {folder, folder.parent_path()}) {
    if ((each.filename() == "images" || each.filename() == "labels") && each.has_parent_path()) {
      return each.parent_path();
    }
  }
  return folder;
}

void read_class_list(FileSystem& files, const std::vector<fs::path>& folders, YoloNames& names) {
  for (const fs::path& folder : folders) {
    for (std::string_view name : class_lists) {
      const auto text = files.read(folder / name, max_yaml_bytes);
      if (!text) continue;
      names.yaml.classes = name == "classes.csv" ? parse_class_list(*text, std::string(name), true).names
                                                 : name_lines(*text, std::string(name));
      for (std::size_t i = 0; i < names.yaml.classes.size(); ++i) {
        if (names.yaml.classes[i].empty()) names.yaml.classes[i] = "class_" + std::to_string(i);
      }
      names.yaml.has_classes = !names.yaml.classes.empty();
      names.classes_file = name;
      return;
    }
  }
}

}  // namespace

YoloNames find_yolo_names(FileSystem& files, const fs::path& asked) {
  YoloNames names;
  const fs::path in = fs::absolute(asked).lexically_normal();
  const bool is_whole_file = is_file(files, in);
  const fs::path folder = is_whole_file ? in.parent_path() : (in / "").parent_path();
  const FolderNames inside = list_folder(files, folder).value_or(FolderNames{});
  names.root = folder;
  names.whole = true;
  std::optional<fs::path> yaml;
  if (is_whole_file && is_yaml(in.filename().string())) yaml = in;
  if (!yaml) yaml = yaml_in(files, folder, inside);
  if (!yaml && !is_whole_file) yaml = yaml_below(files, folder, inside);
  if (!yaml) {
    yaml = yaml_above(files, folder);
    names.whole = !yaml;
  }
  if (yaml) {
    names.root = yaml->parent_path();
    names.yaml = read_yaml(files, *yaml);
    names.classes_file = yaml->filename().string();
  } else if (!is_whole_file) {
    names.root = root_of(folder);
  }
  if (!names.yaml.has_classes) {
    names.classes_file.clear();
    read_class_list(files, {names.root, folder, folder / "labels", names.root / "labels"}, names);
  }
  return names;
}

bool is_label_file(std::string_view name) {
  if (!name.ends_with(".txt")) return false;
  std::string lower(name);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return !lower.starts_with("readme") && std::find(lists.begin(), lists.end(), lower) == lists.end() &&
         std::find(class_lists.begin(), class_lists.end(), lower) == class_lists.end();
}

}  // namespace sam
