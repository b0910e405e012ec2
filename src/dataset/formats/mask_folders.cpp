#include "dataset/formats/mask_folders.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include "dataset/category_folder.h"
#include "dataset/formats/folder_names.h"
#include "dataset/formats/picture_name.h"
#include "dataset/formats/subset_folders.h"
#include "dataset/formats/subset_name.h"
#include "dataset/natural_order.h"

namespace sam {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t max_list_bytes = std::uint64_t{16} << 20;
constexpr std::uint64_t max_png_bytes = std::uint64_t{1} << 30;
constexpr std::uint64_t max_pixels = 500'000'000;
constexpr int max_depth = 4;
constexpr std::size_t max_folders = 5'000'000;  // one a picture; links may lead around in circles

bool is_png(const std::string& name) {
  return name.ends_with(".png") || name.ends_with(".PNG");
}

bool is_background(std::string_view name) {
  return name == "background" || name == "_background_" || name == "__background__" || name == "Background";
}

// Three numbers of 0 to 255 between commas.
std::optional<Colour> colour_of(std::string_view text) {
  Colour colour{};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), colour[i]);
    if (error != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (i < 2 && !text.starts_with(',')) return std::nullopt;
    if (i < 2) text.remove_prefix(1);
  }
  return text.empty() ? std::optional(colour) : std::nullopt;
}

void read_labelmap(const std::vector<std::string>& lines, MaskClasses& classes) {
  classes.names = {"background"};
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].empty() || lines[i].starts_with('#')) continue;
    const std::size_t colon = lines[i].find(':');
    const std::string rest = colon == std::string::npos ? "" : lines[i].substr(colon + 1);
    const auto colour = colour_of(std::string_view(rest).substr(0, rest.find(':')));
    if (!colour) throw FormatError(classes.file + ":" + std::to_string(i + 1), "expected name:red,green,blue");
    const std::string name = lines[i].substr(0, colon);
    const bool known = classes.by_colour.contains(*colour);
    if (known) throw FormatError(classes.file + ":" + std::to_string(i + 1), "another class has that colour");
    classes.by_colour[*colour] = is_background(name) ? 0 : classes.names.size();
    if (!is_background(name)) classes.names.push_back(name);
  }
}

void list_into(FileSystem& files, const fs::path& base, const fs::path& below, bool extensions_tell, int depth,
               std::map<fs::path, FolderNames>& found) {
  if (found.size() > max_folders)
    throw FormatError(base.string(), "more than " + std::to_string(max_folders) + " folders");
  auto names = list_folder(files, base / below, extensions_tell);
  if (!names) return;
  for (const std::string& name : names->folders) {
    if (depth < max_depth) list_into(files, base, below / name, extensions_tell, depth + 1, found);
  }
  found[below] = *std::move(names);
}

std::map<fs::path, FolderNames> list_tree(FileSystem& files, const fs::path& base, bool extensions_tell) {
  std::map<fs::path, FolderNames> found;
  list_into(files, base, {}, extensions_tell, 0, found);
  return found;
}

std::string subset_of(const fs::path& below) {
  return below.empty() ? "" : subset_name(below.begin()->string());
}

// A mask's name without what its file adds; of a folder of masks: where it stands.
struct FoundMasks {
  std::map<fs::path, std::map<std::string, fs::path>>
      by_folder;  // below masks/, then by the picture's name or base name
};

FoundMasks find_masks(FileSystem& files, const fs::path& root, const char* folder, bool one_a_picture) {
  FoundMasks masks;
  for (const auto& [below, names] : list_tree(files, root / folder, one_a_picture)) {
    const bool any = std::any_of(names.files.begin(), names.files.end(), is_png);
    if (!one_a_picture && any && !below.empty()) {
      masks.by_folder[below.parent_path()][below.filename().string()] = folder / below;
    }
    if (!one_a_picture) continue;
    for (const std::string& name : names.files) {
      if (is_png(name)) masks.by_folder[below][std::string(base_name(name))] = folder / below / name;
    }
  }
  return masks;
}

class MaskReader final : public FormatReader {
 public:
  MaskReader(const ReadRequest& request, const char* folder, bool one_a_picture, DecodeMasks decode_masks)
      : files_(request.files),
        root_(request.in),
        classes_(find_mask_classes(request.files, request.in, request.classes)),
        items_(find_mask_items(request.files, request.in, folder, one_a_picture)),
        decode_masks_(decode_masks) {
    if (items_.empty()) throw FormatError(root_.string(), std::string("no PNG files in ") + folder + "/");
  }

  std::vector<std::string> classes() const override {
    if (classes_.names.empty()) return {};
    return {classes_.names.begin() + 1, classes_.names.end()};
  }
  std::uint64_t picture_count() const override { return items_.size(); }

  std::optional<DatasetEntry> next() override {
    if (next_ == items_.size()) return std::nullopt;
    const MaskItem& item = items_[next_++];
    DatasetEntry entry;
    entry.name = item.picture;
    entry.subset = item.subset;
    entry.photo = item.photo;
    entry.annotated = !item.masks.empty();
    entry.place = entry.annotated ? item.masks.generic_string() : place_below(root_, item.photo);
    return entry;
  }

  DatasetPicture decode(const DatasetEntry& entry, Size size) const override {
    DatasetPicture picture;
    picture.name = entry.name;
    picture.subset = entry.subset;
    picture.size = size;
    if (entry.annotated) decode_masks_(files_, root_, entry, classes_, picture);
    return picture;
  }

 private:
  FileSystem& files_;
  const fs::path root_;
  const MaskClasses classes_;
  const std::vector<MaskItem> items_;
  const DecodeMasks decode_masks_;
  std::size_t next_ = 0;
};

}  // namespace

MaskClasses find_mask_classes(FileSystem& files, const fs::path& root, const std::vector<std::string>& given) {
  MaskClasses classes;
  for (const char* name : {"labelmap.txt", "classes.txt", "class_names.txt", "labels.txt"}) {
    const auto text = files.read(root / name, max_list_bytes);
    if (!text) continue;
    classes.file = name;
    const std::vector<std::string> lines = name_lines(*text, classes.file);
    if (classes.file == "labelmap.txt") {
      read_labelmap(lines, classes);
      return classes;
    }
    if (!lines.empty() && lines[0] == "__ignore__") {  // LabelMe's -1, kept as 255
      classes.names.assign(lines.begin() + 1, lines.end());
    } else {
      classes.names = lines;
    }
    if (classes.names.empty() || !is_background(classes.names[0])) {
      classes.names.insert(classes.names.begin(), "background");
    }
    return classes;
  }
  if (given.empty()) return classes;
  classes.names = given;
  classes.names.insert(classes.names.begin(), "background");
  return classes;
}

std::string format_mask_classes(const std::vector<std::string>& classes) {
  std::string text = "background\n";
  for (const std::string& name : classes) text += name + "\n";
  return text;
}

std::vector<MaskItem> find_mask_items(FileSystem& files, const fs::path& root, const char* folder, bool one_a_picture) {
  FoundMasks masks = find_masks(files, root, folder, one_a_picture);
  std::vector<MaskItem> items;
  for (const auto& [below, names] : list_tree(files, root / "images", true)) {
    auto& here = masks.by_folder[below];
    std::set<std::string> used;
    for (const std::string& photo : names.files) {
      if (!has_picture_extension(photo)) continue;
      auto found = here.find(photo);
      if (found == here.end()) found = here.find(std::string(base_name(photo)));
      items.push_back({found == here.end() ? fs::path() : found->second, root / "images" / below / photo,
                       picture_name(photo, "images"), subset_of(below)});
      if (found != here.end()) used.insert(found->first);
    }
    for (const std::string& name : used) here.erase(name);
  }
  for (const auto& [below, here] : masks.by_folder) {
    for (const auto& [name, path] : here) {
      items.push_back({path, {}, picture_name(name, path.string()), subset_of(below)});
    }
  }
  std::sort(items.begin(), items.end(), [](const MaskItem& a, const MaskItem& b) {
    return a.subset != b.subset ? a.subset < b.subset : natural_less(a.picture, b.picture);
  });
  return items;
}

std::unique_ptr<FormatReader> read_masks(const ReadRequest& request, const char* folder, bool one_a_picture,
                                         DecodeMasks decode) {
  return std::make_unique<MaskReader>(request, folder, one_a_picture, decode);
}

DecodedIndices read_mask_png(FileSystem& files, const fs::path& root, const std::string& place) {
  const auto png = files.read(root / place, max_png_bytes);
  if (!png) throw FormatError(place, "is not there any more");
  try {
    return decode_index_png(*png, max_pixels);
  } catch (const ImageError& error) {
    throw FormatError(place, error.what());
  }
}

}  // namespace sam
