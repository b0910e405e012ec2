#include <vector>

#include "dataset/archive.h"
#include "dataset/formats/rows.h"

namespace sam {

// One row a format. Its functions are in the source file of the same name.
std::span<const Format> formats() {
  // clang-format off
  static const std::vector<Format> rows = {
      project_format(),
      cvat_format(),
      coco_format(),
      labelme_format(),
      voc_format(),
      original_format(),
      csv_format(),
      instance_masks_format(),
      object_masks_format(),
      class_masks_format(),
      yolo_obb_format(),
      yolo_detection_format(),
      yolo_segmentation_format(),
  };
  // clang-format on
  return rows;
}

const Format* find_format(std::string_view name) {
  for (const Format& each : formats()) {
    if (each.name == name) return &each;
  }
  return nullptr;
}

const Format* recognise_format(FileSystem& files, const std::filesystem::path& in) {
  if (is_archive(files, in)) throw FormatError(in.string(), "is a ZIP archive; unpack it and give the folder");
  for (const Format& each : formats()) {
    if (each.recognises(files, in)) return &each;
  }
  return nullptr;
}

}  // namespace sam
