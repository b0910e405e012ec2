#include "jobs/read_entry.h"

#include "dataset/class_name.h"
#include "dataset/formats/complete_picture.h"

namespace sam {

Size photo_size(const DatasetEntry& entry, const DecodeLimits& limits) {
  if (entry.photo.empty()) return {};
  try {
    return read_image_info(entry.photo, limits).file_size;
  } catch (const ImageError& error) {
    throw ImageError(entry.photo.string() + ": " + error.what());
  }
}

LoadedPicture load_named(Store& store, const std::string& name) {
  try {
    return store.load(name);
  } catch (const ImageError& error) {
    throw ImageError("images/" + name + " " + error.what());
  }
}

DatasetPicture read_entry(const FormatReader& reader, const DatasetEntry& entry, Size upright,
                          const std::filesystem::path& photo, const DecodeLimits& limits) {
  DatasetPicture picture = reader.decode(entry, upright);
  const bool fits = upright == Size{} || picture.size == Size{} || picture.size == upright;
  const Orientation orientation = fits || photo.empty() ? 1 : read_image_info(photo, limits).orientation;
  complete_picture(picture, entry.place, upright, orientation);
  for (StoredAnnotation& stored : picture.annotations) {
    stored.class_name = require_class_name(stored.class_name, entry.place);
    if (stored.class_name.empty()) throw FormatError(entry.place, "an object has no class");
  }
  return picture;
}

}  // namespace sam
