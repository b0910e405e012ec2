#include "dataset/formats/yolo_folders.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>

#include "dataset/category_folder.h"
#include "dataset/formats/folder_names.h"
#include "dataset/formats/format.h"
#include "dataset/formats/picture_name.h"
#include "dataset/formats/subset_folders.h"
#include "dataset/formats/yolo_classes.h"
#include "dataset/natural_order.h"

namespace sam {
namespace {

namespace fs = std::filesystem;

constexpr int max_depth = 8;
constexpr std::size_t max_folders = 20'000;
constexpr std::uint64_t max_list_bytes = std::uint64_t{256} << 20;

fs::path with_last_component(const fs::path& path, const fs::path& root, const char* from, const char* to) {
  std::vector<fs::path> parts(path.begin(), path.end());
  const auto fixed = static_cast<std::size_t>(std::distance(root.begin(), root.end()));
  for (std::size_t i = parts.size(); i-- > fixed;) {
    if (parts[i] != from) continue;
    parts[i] = to;
    fs::path changed;
    for (const fs::path& part : parts) changed /= part;
    return changed;
  }
  return path;
}

// By the first folder below root that is neither images nor labels.
std::string subset_of(const fs::path& folder, const fs::path& root) {
  for (const fs::path& part : folder.lexically_relative(root)) {
    if (part == "images" || part == "labels" || part == ".") continue;
    return yolo_subset(part.string());
  }
  return {};
}

class Finder {
 public:
  Finder(FileSystem& files, YoloDataset& dataset) : files_(files), dataset_(dataset) {}

  // A folder of pictures and those below it, as the dataset says.
  void add_tree(const fs::path& images, const std::string& subset, int depth = 0) {
    add_folder({images, labels_of(images), subset});
    if (depth == max_depth) return;
    count_visit();
    // Where there are no photos the labels' folders tell.
    const fs::path shown = is_folder(files_, images) ? images : labels_of(images);
    const auto names = list_folder(files_, shown);
    if (!names) return;
    for (const std::string& name : names->folders) add_tree(images / name, subset, depth + 1);
  }

  // All folders with pictures or labels below one, by their names.
  void discover(const fs::path& folder, int depth = 0) {
    count_visit();
    const auto names = list_folder(files_, folder);
    if (!names) return;
    bool pictures = false;
    bool labels = false;
    for (const std::string& name : names->files) {
      pictures = pictures || has_picture_extension(name);
      labels = labels || is_label_file(name);
    }
    const fs::path& root = dataset_.root;
    if (pictures) add_folder({folder, labels_of(folder), subset_of(folder, root)});
    if (labels && !pictures) {
      const fs::path images = with_last_component(folder, root, "labels", "images");
      add_folder({images, folder, subset_of(folder, root)});
    }
    if (depth == max_depth) return;
    for (const std::string& name : names->folders) discover(folder / name, depth + 1);
  }

  // A list of pictures, one a line.
  void add_list(const fs::path& list, const std::string& subset) {
    const std::string place = place_below(dataset_.root, list);
    const auto text = files_.read(list, max_list_bytes);
    std::map<fs::path, std::vector<std::string>> by_folder;  // as the list names it
    std::size_t line = 0;
    for (std::string& each : text_lines(text.value_or(""))) {
      ++line;
      if (each.empty()) continue;
      std::replace(each.begin(), each.end(), '\\', '/');
      std::string name = picture_name(each, place + ":" + std::to_string(line), true);
      by_folder[fs::path(each).parent_path()].push_back(std::move(name));
    }
    for (auto& [folder, names] : by_folder) {
      const fs::path images = find_inside(folder, list.parent_path()).value_or(list.parent_path());
      const auto index = add_folder({images, labels_of(images), subset});
      if (index) listed_[*index].insert(names.begin(), names.end());
    }
  }

  // Where inside the dataset a path of data.yaml or of a list leads: as it stands, or without what stands before it (datasets are moved).
  std::optional<fs::path> find_inside(const fs::path& named, const fs::path& base) const {
    if (named.native().find('\0') != std::string::npos) return std::nullopt;  // the system would read a shorter path
    std::vector<fs::path> parts;
    for (const fs::path& part : named.lexically_normal()) {
      if (part != "." && part != ".." && part != "/" && !part.empty()) parts.push_back(part);
    }
    if (lies_inside(base / named, dataset_.root) && exists(base / named)) return (base / named).lexically_normal();
    const std::size_t least = std::min<std::size_t>(parts.size(), 2);
    for (std::size_t dropped = 0; parts.size() - dropped >= least && dropped < parts.size(); ++dropped) {
      fs::path tail = dataset_.root;
      for (std::size_t i = dropped; i < parts.size(); ++i) tail /= parts[i];
      if (exists(tail)) return tail;
    }
    return std::nullopt;
  }

  void list_items() {
    for (std::size_t i = 0; i < dataset_.folders.size(); ++i) list_items(static_cast<std::uint32_t>(i));
  }

 private:
  // ultralytics' rule: images/ becomes labels/ where it stands last in the path; else labels lie beside their pictures.
  fs::path labels_of(const fs::path& images) const {
    fs::path labels = with_last_component(images, dataset_.root, "images", "labels");
    return is_folder(files_, labels) ? labels : images;
  }

  // Links may lead around in circles.
  void count_visit() {
    if (++visited_ <= max_folders) return;
    throw FormatError(dataset_.root.string(), "more than " + std::to_string(max_folders) + " folders");
  }

  bool exists(const fs::path& path) const { return files_.status(path) || is_folder(files_, labels_of(path)); }

  // A folder named by two parts (training wants two, also of data that has one or none) belongs to that of its name. Its index if it is new.
  std::optional<std::size_t> add_folder(YoloFolder folder) {
    const auto [known, is_new] = known_.emplace(folder.images, dataset_.folders.size());
    if (!is_new && listed_.contains(known->second)) {  // one of a list's, beside another list's
      if (dataset_.folders[known->second].subset == folder.subset) return known->second;
    } else if (!is_new) {
      YoloFolder& before = dataset_.folders[known->second];
      if (before.subset != folder.subset) before.subset = subset_of(folder.images, dataset_.root);
      return std::nullopt;
    }
    dataset_.folders.push_back(std::move(folder));
    return dataset_.folders.size() - 1;
  }

  void list_items(std::uint32_t index) {
    const YoloFolder& folder = dataset_.folders[index];
    const auto photos = list_folder(files_, folder.images).value_or(FolderNames{}).files;
    std::unordered_map<std::string, bool> labels;  // file → taken
    for (std::string& name : list_folder(files_, folder.labels).value_or(FolderNames{}).files) {
      if (is_label_file(name)) labels.emplace(std::move(name), false);
    }
    const auto take = [&](const std::string& name) {
      const auto found = labels.find(name);
      if (found == labels.end()) return false;
      return found->second = true;
    };
    const auto add = [&](const std::string& picture, bool has_photo) {
      YoloItem item{picture, "", index, has_photo};
      if (take(picture + ".txt")) item.labels = picture + ".txt";
      if (const std::string name = std::string(base_name(picture)) + ".txt"; item.labels.empty() && take(name)) {
        item.labels = name;
      }
      dataset_.items.push_back(std::move(item));
    };
    const auto listed = listed_.find(index);
    const auto is_listed = [&](const std::string& name) { return listed->second.contains(name); };
    std::set<std::string> found;
    for (const std::string& photo : photos) {
      if (!has_picture_extension(photo) || (listed != listed_.end() && !is_listed(photo))) continue;
      add(picture_name(photo, place_below(dataset_.root, folder.images)), true);
      if (listed != listed_.end()) found.insert(photo);
    }
    if (listed != listed_.end()) {
      for (const std::string& name : listed->second) {
        if (!found.contains(name)) add(name, false);
      }
      return;
    }
    add_labels_alone(index, labels);
  }

  void add_labels_alone(std::uint32_t index, const std::unordered_map<std::string, bool>& labels) {
    std::vector<std::string> alone;
    for (const auto& [name, taken] : labels) {
      if (!taken) alone.push_back(name);
    }
    std::sort(alone.begin(), alone.end(), natural_less);
    const std::string place = place_below(dataset_.root, dataset_.folders[index].labels);
    for (std::string& name : alone) {
      dataset_.items.push_back({picture_name(base_name(name), place + "/" + name), std::move(name), index, false});
    }
  }

  FileSystem& files_;
  YoloDataset& dataset_;
  std::size_t visited_ = 0;
  std::map<fs::path, std::size_t> known_;                // by images
  std::map<std::size_t, std::set<std::string>> listed_;  // of folders that a list named: the pictures
};

void add_part(FileSystem& files, Finder& finder, const fs::path& found, const std::string& subset) {
  if (is_file(files, found)) {
    finder.add_list(found, subset);
  } else {
    finder.add_tree(found, subset);
  }
}

// The parts that data.yaml names. Those that are not there are passed over: test often is not.
void find_parts(FileSystem& files, const YoloYaml& yaml, Finder& finder, const YoloDataset& dataset) {
  for (const auto& [name, places] : yaml.parts) {
    for (std::string place : places) {
      std::replace(place.begin(), place.end(), '\\', '/');
      const auto found = finder.find_inside(fs::path(yaml.path) / place, dataset.root);
      if (found && *found != dataset.root) add_part(files, finder, *found, yolo_subset(name));
    }
  }
}

}  // namespace

YoloDataset find_yolo_dataset(FileSystem& files, const fs::path& asked) {
  YoloDataset dataset;
  const fs::path in = fs::absolute(asked).lexically_normal();
  const bool is_list = in.extension() == ".txt" && is_file(files, in);
  const YoloNames names = find_yolo_names(files, in);
  dataset.root = names.root;
  dataset.classes = names.yaml.classes;
  dataset.has_classes = names.yaml.has_classes;
  dataset.classes_file = names.classes_file;
  Finder finder(files, dataset);
  if (is_list) {
    finder.add_list(in, yolo_subset(in.stem().string()));
  } else if (names.whole) {
    find_parts(files, names.yaml, finder, dataset);
  }
  if (dataset.folders.empty()) {
    const fs::path folder = is_folder(files, in) ? (in / "").parent_path() : dataset.root;
    const bool side_by_side =
        is_folder(files, folder / "labels");  // whatever else is there, masks say, is no part of it
    for (const char* name : {"images", "labels"}) {
      if (side_by_side) finder.discover(folder / name);
    }
    if (dataset.folders.empty()) finder.discover(folder);
  }
  finder.list_items();
  return dataset;
}

}  // namespace sam
