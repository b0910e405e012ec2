#include "dataset/formats/yolo_writer.h"

#include <algorithm>
#include <utility>

#include "dataset/category_folder.h"
#include "dataset/formats/subset_folders.h"
#include "dataset/formats/yolo_yaml.h"

namespace sam {
namespace {

namespace fs = std::filesystem;

class YoloWriter final : public FormatWriter {
 public:
  YoloWriter(const WriteRequest& request, YoloKind kind, YoloText text)
      : files_(request.files),
        out_(request.out),
        classes_(request.classes),
        subsets_(request.subsets),
        exact_masks_(request.exact_masks),
        folders_(request.subsets),
        kind_(kind),
        text_(text) {}

  EncodedPicture encode(const DatasetPicture& picture) const override {
    std::string text;
    for (const StoredAnnotation& stored : picture.annotations) {
      const std::string coordinates = text_(stored.annotation, picture.size, exact_masks_);
      if (!coordinates.empty()) text += std::to_string(stored.annotation.class_id) + " " + coordinates + "\n";
    }
    EncodedPicture encoded{picture.subset, {}, {}};
    encoded.files.push_back({own_file(picture.name, picture.subset), std::move(text)});
    return encoded;
  }

  void append(EncodedPicture&& picture) override {
    if (picture.subset.empty() && !folders_.folder("").empty()) has_unassigned_ = true;
  }

  void finish() override {
    for (const char* folder : {"images", "labels"}) {
      files_.create_directories(out_ / folder);
      for (const std::string& subset : subsets_) files_.create_directories(out_ / folder / folders_.folder(subset));
    }
    write_yaml();
  }

  fs::path photo_path(const std::string& name, const std::string& subset) const override {
    return "images" / folders_.folder(subset) / name;
  }
  fs::path own_file(const std::string& name, const std::string& subset) const override {
    return "labels" / folders_.folder(subset) / (std::string(base_name(name)) + ".txt");
  }

 private:
  void write_yaml() {
    YoloYaml yaml;
    yaml.classes = classes_;
    std::vector<std::string> comment = {std::string(yolo_headline(kind_)) +
                                        " Its root is the folder of this file: without \"path\" it can be moved."};
    const auto part = [&](const std::string& name, const std::string& subset) {
      const fs::path folder = folders_.folder(subset);
      yaml.parts.push_back({name, {folder.empty() ? "images" : "images/" + folder.string()}});
    };
    const auto has = [&](const char* name) {
      return std::find(subsets_.begin(), subsets_.end(), name) != subsets_.end();
    };
    if (subsets_.empty()) {
      comment.push_back(
          "It has no parts. ultralytics demands train and val, so both are all of it: split it before you trust a "
          "score.");
      part("train", "");
      part("val", "");
    }
    for (const std::string& each : subsets_) part(each, each);
    const std::string stand_in = has("train") ? "train" : subsets_.empty() ? "" : subsets_.front();
    for (const char* demanded : {"train", "val"}) {
      if (subsets_.empty() || has(demanded)) continue;
      comment.push_back(std::string("It has no part \"") + demanded + "\". ultralytics demands one, so \"" + stand_in +
                        "\" stands in for it.");
      part(demanded, stand_in);
    }
    if (has_unassigned_) part("unassigned", "");
    files_.write_atomic(out_ / "data.yaml", format_yolo_yaml(yaml, comment));
  }

  FileSystem& files_;
  const fs::path out_;
  const std::vector<std::string> classes_;
  const std::vector<std::string> subsets_;
  const bool exact_masks_;
  const SubsetFolders folders_;
  const YoloKind kind_;
  const YoloText text_;
  bool has_unassigned_ = false;
};

}  // namespace

std::unique_ptr<FormatWriter> write_yolo(const WriteRequest& request, YoloKind kind, YoloText text) {
  return std::make_unique<YoloWriter>(request, kind, text);
}

}  // namespace sam
