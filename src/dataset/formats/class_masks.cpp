// One PNG a picture whose pixels are classes: masks/a.png, class id + 1, 0 where there is nothing; 8 bit, or 16 for more than 255 classes. classes.txt names the numbers.
// A pixel has one class, and touching objects of a class become one: what is read is in its connected pieces.
#include <set>

#include "dataset/category_folder.h"
#include "dataset/formats/file_start.h"
#include "dataset/formats/folder_files.h"
#include "dataset/formats/folder_names.h"
#include "dataset/formats/mask_folders.h"
#include "dataset/formats/mask_writer.h"
#include "dataset/formats/rows.h"
#include "image/mask_components.h"

namespace sam {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_classes = 65535;
constexpr std::uint16_t ignored = 255;  // "void" of many datasets: looked at by nobody

// The class of a pixel's number; nothing for what is background or belongs to none.
std::optional<std::size_t> class_of(std::uint16_t index, const DecodedIndices& decoded, const MaskClasses& classes,
                                    const std::string& place) {
  std::size_t number = index;
  if (!classes.by_colour.empty() && !decoded.colours.empty()) {
    if (index >= decoded.colours.size()) throw FormatError(place, "has a number beyond its palette");
    const auto found = classes.by_colour.find(decoded.colours[index]);
    const bool known = found != classes.by_colour.end();
    if (!known && decoded.colours[index] != Colour{}) {
      throw FormatError(place, "has a colour that is not in " + classes.file);
    }
    number = known ? found->second : 0;
  }
  if (number == 0) return std::nullopt;
  if (classes.names.empty() || number < classes.names.size()) return number;
  if (number == ignored) return std::nullopt;
  throw FormatError(place, "has the number " + std::to_string(number) + ", and there are " +
                               std::to_string(classes.names.size() - 1) + " classes in " +
                               (classes.file.empty() ? "the list given" : classes.file));
}

// In colour without a list of colours the numbers mean nothing.
bool is_colour_alone(const DecodedIndices& decoded, const MaskClasses& classes, std::string_view png) {
  constexpr std::size_t type_offset = 25;  // colour type in IHDR
  const bool has_palette = png.size() > type_offset && png[type_offset] == 3;
  return !decoded.colours.empty() && !has_palette && classes.by_colour.empty();
}

void decode_classes(FileSystem& files, const fs::path& root, const DatasetEntry& entry, const MaskClasses& classes,
                    DatasetPicture& picture) {
  DecodedIndices decoded = read_mask_png(files, root, entry.place);
  if (is_colour_alone(decoded, classes, read_file_start(files, root / entry.place))) {
    throw FormatError(entry.place,
                      "is in colour, and no labelmap.txt (name:red,green,blue a line) says what its colours are");
  }
  picture.size = decoded.picture.size;
  // In colour, 0 is the first colour that was met, not the background.
  const bool shifted = !classes.by_colour.empty() && !decoded.colours.empty();
  if (shifted) {
    for (std::uint16_t& index : decoded.picture.indices) {
      index = static_cast<std::uint16_t>(class_of(index, decoded, classes, entry.place).value_or(0));
    }
    decoded.colours.clear();
  }
  for (const auto& [index, mask] : split_indices(decoded.picture)) {
    const auto number = class_of(index, decoded, classes, entry.place);
    if (!number) continue;
    for (Mask& piece : connected_components(mask)) {
      StoredAnnotation& stored = picture.annotations.emplace_back();
      stored.annotation.mask = std::move(piece);
      stored.class_name = classes.names.empty() ? "class_" + std::to_string(*number - 1) : classes.names[*number];
    }
  }
}

std::vector<EncodedFile> encode_classes(const DatasetPicture& picture,
                                        const std::vector<const StoredAnnotation*>& by_size, std::size_t class_count) {
  if (class_count > max_classes) {
    throw FormatError(picture.name, "a mask picture has at most " + std::to_string(max_classes) + " classes");
  }
  IndexPicture indices = make_index_picture(picture.size);
  for (const StoredAnnotation* each : by_size) {
    paint(indices, each->annotation.mask, static_cast<std::uint16_t>(each->annotation.class_id + 1));
  }
  return {{std::string(base_name(picture.name)) + ".png", encode_grey_png(indices, class_count < 256 ? 8 : 16)}};
}

bool looks_like_class_masks(FileSystem& files, const fs::path& in) {
  if (!is_folder(files, in / "masks")) return false;
  const bool has_list = is_file(files, in / "classes.txt") || is_file(files, in / "labelmap.txt") ||
                        is_file(files, in / "class_names.txt");
  return has_list && !find_files(files, in / "masks", ".png", 2).empty();
}

}  // namespace

Format class_masks_format() {
  Format format;
  format.name = "class-masks";
  format.title = "Mask pictures of classes (masks/*.png, classes.txt)";
  format.features.shape = FormatFeatures::Shape::mask;
  format.features.holes = true;
  format.features.overlap = false;
  format.features.instances = false;
  format.features.unused_classes = true;
  format.features.empty_pictures = true;
  format.features.subsets = true;
  format.recognises = looks_like_class_masks;
  format.read = [](const ReadRequest& request) { return read_masks(request, "masks", true, decode_classes); };
  format.write = [](const WriteRequest& request) { return write_masks(request, "masks", true, encode_classes); };
  return format;
}

}  // namespace sam
