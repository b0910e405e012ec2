// One PNG an object, 255 on it and 0 elsewhere: masks/<picture>/<number>_<class>.png. What a file name cannot hold of a class's name is written as %XX, as in a URL.
#include <algorithm>
#include <charconv>

#include "dataset/formats/folder_files.h"
#include "dataset/formats/folder_names.h"
#include "dataset/formats/mask_folders.h"
#include "dataset/formats/mask_pieces.h"
#include "dataset/formats/mask_writer.h"
#include "dataset/formats/rows.h"
#include "dataset/utf8.h"
#include "image/encode.h"

namespace sam {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_name_bytes = 230;  // of 255, with the number and .png

bool is_safe(char c) {
  return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f &&
         std::string_view("%/\\:*?\"<>|").find(c) == std::string_view::npos;
}

std::string file_text(std::string_view name) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string text;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto byte = static_cast<unsigned char>(name[i]);
    const bool at_end = i + 1 == name.size() && (name[i] == '.' || name[i] == ' ');  // which Windows drops
    if (is_safe(name[i]) && !at_end) {
      text += name[i];
    } else {
      text.append({'%', digits[byte >> 4], digits[byte & 15]});
    }
  }
  return text;
}

std::string class_text(std::string_view text) {
  std::string name;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned byte = 0;
    const char* start = text.data() + i + 1;
    const bool escaped =
        text[i] == '%' && i + 2 < text.size() && std::from_chars(start, start + 2, byte, 16).ptr == start + 2;
    name += escaped ? static_cast<char>(byte) : text[i];
    if (escaped) i += 2;
  }
  return name;
}

// Of "12_cat.png". Names without a number are the class's all the same.
std::string class_of(std::string_view file, const std::string& place) {
  std::string_view stem = file.substr(0, file.size() - 4);
  const std::size_t digits = std::min(stem.find_first_not_of("0123456789"), stem.size());
  if (digits > 0 && digits < stem.size() && stem[digits] == '_') stem.remove_prefix(digits + 1);
  std::string name = class_text(stem);
  if (name.empty() || !is_utf8(name)) throw FormatError(place, "expected a name such as 1_cat.png");
  return name;
}

// All that is not black.
Mask foreground(const DecodedIndices& decoded) {
  IndexPicture bits = decoded.picture;
  for (std::uint16_t& index : bits.indices) {
    const bool set =
        decoded.colours.empty() ? index != 0 : index >= decoded.colours.size() || decoded.colours[index] != Colour{};
    index = set ? 1 : 0;
  }
  auto masks = split_indices(bits);
  return masks.empty() ? Mask{bits.size, {}} : std::move(masks[0].second);
}

void decode_objects(FileSystem& files, const fs::path& root, const DatasetEntry& entry, const MaskClasses&,
                    DatasetPicture& picture) {
  for (const std::string& name : find_files(files, root / entry.place, ".png", 1)) {
    const std::string place = entry.place + "/" + name;
    const DecodedIndices decoded = read_mask_png(files, root, place);
    if (!picture.annotations.empty() && decoded.picture.size != picture.size) {
      throw FormatError(place, "is of another size than the picture's masks before it");
    }
    picture.size = decoded.picture.size;
    StoredAnnotation stored;
    stored.class_name = class_of(name, place);
    stored.annotation.mask = foreground(decoded);
    if (!stored.annotation.mask.runs.empty()) {
      picture.annotations.push_back(std::move(stored));
    } else {
      picture.warnings.push_back(place + ": is all black; left out");
    }
  }
}

std::vector<EncodedFile> encode_objects(const DatasetPicture& picture, const std::vector<const StoredAnnotation*>&,
                                        std::size_t) {
  std::vector<EncodedFile> encoded;
  for (const StoredAnnotation& each : picture.annotations) {
    const std::string name = std::to_string(encoded.size() + 1) + "_" + file_text(each.class_name) + ".png";
    if (name.size() > max_name_bytes) {
      throw FormatError(picture.name, "the class \"" + each.class_name.substr(0, 40) +
                                          "…\" is too long for a file's name; rename it");
    }
    encoded.push_back({fs::path(picture.name) / name, encode_mask_png(each.annotation.mask)});
  }
  return encoded;
}

bool is_numbered_png(const std::string& name) {
  const std::size_t digits = std::min(name.find_first_not_of("0123456789"), name.size());
  return digits > 0 && digits < name.size() && name[digits] == '_' && name.ends_with(".png");
}

// By the first picture's folder, in masks/ or in a part's folder there.
bool looks_like_object_masks(FileSystem& files, const fs::path& in) {
  fs::path folder = in / "masks";
  for (int depth = 0; depth < 3; ++depth) {
    const auto names = list_folder(files, folder, false);
    if (!names) return false;
    if (!names->files.empty()) {
      return depth > 0 && std::all_of(names->files.begin(), names->files.end(), is_numbered_png);
    }
    if (names->folders.empty()) return false;
    folder /= names->folders.front();
  }
  return false;
}

}  // namespace

Format object_masks_format() {
  Format format;
  format.name = "object-masks";
  format.title = "Mask pictures, one an object (masks/<picture>/1_cat.png)";
  format.features.shape = FormatFeatures::Shape::mask;
  format.features.parts = true;
  format.features.holes = true;
  format.features.unused_classes = true;
  format.features.subsets = true;
  format.recognises = looks_like_object_masks;
  format.read = [](const ReadRequest& request) { return read_masks(request, "masks", false, decode_objects); };
  format.write = [](const WriteRequest& request) { return write_masks(request, "masks", false, encode_objects); };
  return format;
}

}  // namespace sam
