// COCO instances: one JSON file a subset, with images, annotations and categories. https://cocodataset.org/#format-data
#include "dataset/formats/coco.h"

#include "dataset/formats/coco_files.h"
#include "dataset/formats/rows.h"

namespace sam {
namespace {

bool recognises_coco(FileSystem& files, const std::filesystem::path& in) {
  const std::vector<CocoFile> found = find_coco_files(files, in);
  return !found.empty() && found.front().path.extension() == ".json" && looks_like_coco(files, found.front().path);
}

}  // namespace

Format coco_format() {
  Format format;
  format.name = "coco";
  format.title = "COCO instances (JSON)";
  format.extension = ".json";
  format.features.shape = FormatFeatures::Shape::polygon;
  format.features.parts = true;
  format.features.holes = true;  // as run lengths
  format.features.crowd = true;
  format.features.attributes = true;
  format.features.scores = true;
  format.features.unused_classes = true;
  format.features.empty_pictures = true;
  format.features.subsets = true;
  format.recognises = recognises_coco;
  format.read = read_coco;
  format.write = write_coco;
  return format;
}

}  // namespace sam
