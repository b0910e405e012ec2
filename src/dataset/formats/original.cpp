// The folders of the original tool (sam_annotator, Python): images/, labels/<base>.txt with "class_id x1 y1 x2 y2 …" in %.6f, metadata/, classes.csv. Its
// masks/ are pictures for looking at, made from the photos; the original makes them anew at each save and reads none, so they are left out. Its exports are
// read by others: coco_export_* by COCO, voc_export_* by VOC, yolo_export_* by YOLO.
#include <vector>

#include "dataset/category_folder.h"
#include "dataset/class_list.h"
#include "dataset/formats/folder_names.h"
#include "dataset/formats/rows.h"
#include "dataset/formats/yolo_reader.h"
#include "dataset/label_file.h"
#include "dataset/metadata_file.h"

namespace sam {
namespace {

namespace fs = std::filesystem;

class OriginalWriter final : public FormatWriter {
 public:
  explicit OriginalWriter(const WriteRequest& request)
      : files_(request.files), out_(request.out), classes_(request.classes), exact_masks_(request.exact_masks) {}

  EncodedPicture encode(const DatasetPicture& picture) const override {
    std::vector<StoredAnnotation> annotations = picture.annotations;
    std::vector<int> class_ids;
    for (StoredAnnotation& stored : annotations) {
      class_ids.push_back(stored.annotation.class_id);
      if (exact_masks_) stored.annotation.polygon = mask_to_polygon(stored.annotation.mask, 0);
    }
    const std::string name = label_file_name(picture.name, false);
    EncodedPicture encoded{picture.subset, {}, {}};
    encoded.files.push_back({own_file(picture.name, ""), format_label_file(annotations, picture.size, {})});
    encoded.files.push_back(
        {fs::path("metadata") / name, format_metadata_file(class_ids, classes_.size(), picture.size)});
    return encoded;
  }

  void append(EncodedPicture&&) override {}

  void finish() override {
    for (const char* folder : {"images", "labels", "metadata", "masks", "exports", "backups"}) {
      files_.create_directories(out_ / folder);
    }
    files_.write_atomic(out_ / "classes.csv", format_class_list(classes_));
  }

  fs::path photo_path(const std::string& name, const std::string&) const override { return fs::path("images") / name; }
  fs::path own_file(const std::string& name, const std::string&) const override {
    return fs::path("labels") / label_file_name(name, false);
  }

 private:
  FileSystem& files_;
  const fs::path out_;
  const std::vector<std::string> classes_;
  const bool exact_masks_;
};

bool looks_like_original(FileSystem& files, const fs::path& in) {
  return is_folder(files, in / "images") && is_folder(files, in / "labels") &&
         (is_folder(files, in / "metadata") || is_file(files, in / "classes.csv")) && !is_file(files, in / "data.yaml");
}

}  // namespace

Format original_format() {
  Format format;
  format.name = "original";
  format.title = "sam_annotator of Python (images/, labels/, metadata/, classes.csv)";
  format.features.shape = FormatFeatures::Shape::polygon;
  format.features.parts = true;
  format.features.holes = true;
  format.features.unused_classes = true;
  format.features.empty_pictures = true;
  format.recognises = looks_like_original;
  format.read = [](const ReadRequest& request) { return read_yolo(request, YoloKind::segmentation); };
  format.write = [](const WriteRequest& request) -> std::unique_ptr<FormatWriter> {
    return std::make_unique<OriginalWriter>(request);
  };
  return format;
}

}  // namespace sam
