// LabelMe: one JSON file a picture, beside it, in a folder for each part of the dataset. https://github.com/wkentaro/labelme
// A part of an object is a polygon; parts share a group_id. An object with holes is a shape "mask": a PNG of its box. Attributes whose
// value is "true" or "false" are flags, "description" and "difficult" have places of their own, others are "attributes" (as in X-AnyLabeling).
#include <algorithm>
#include <nlohmann/json.hpp>

#include "dataset/category_folder.h"
#include "dataset/formats/base64.h"
#include "dataset/formats/labelme_reader.h"
#include "dataset/formats/mask_pieces.h"
#include "dataset/formats/rows.h"
#include "dataset/formats/subset_folders.h"
#include "image/index_picture.h"

namespace sam {
namespace {

using json = nlohmann::ordered_json;

constexpr const char* version = "5.5.0";  // of LabelMe whose files these are like

json points_json(const Ring& ring) {
  json points = json::array();
  for (const Point& point : ring) points.push_back({point.x, point.y});
  return points;
}

json shape_json(const StoredAnnotation& stored, const char* type, json points, json group) {
  const Annotation& annotation = stored.annotation;
  json flags = json::object();
  json attributes = json::object();
  json shape;
  shape["label"] = stored.class_name;
  shape["points"] = std::move(points);
  shape["group_id"] = std::move(group);
  shape["description"] = "";
  shape["shape_type"] = type;
  for (const auto& [name, value] : annotation.attributes) {
    if (name == "description" && !value.empty()) {
      shape["description"] = value;
    } else if (name == "difficult" && value == "1") {
      shape["difficult"] = true;
    } else if (value == "true" || value == "false") {
      flags[name] = value == "true";
    } else {
      attributes[name] = value;
    }
  }
  shape["flags"] = std::move(flags);
  if (!attributes.empty()) shape["attributes"] = std::move(attributes);
  if (annotation.score != 0) shape["score"] = annotation.score;
  shape["mask"] = nullptr;
  return shape;
}

// The points are the first and the last pixel of the box.
json mask_json(const StoredAnnotation& stored) {
  const Mask& mask = stored.annotation.mask;
  const Box box = mask_box(mask);
  const Size size{static_cast<int>(box.width()), static_cast<int>(box.height())};
  IndexPicture crop = make_index_picture(size);
  paint(crop, place_mask(mask, -static_cast<int>(box.x0), -static_cast<int>(box.y0), size), 1);
  json shape = shape_json(stored, "mask", points_json({{box.x0, box.y0}, {box.x1 - 1, box.y1 - 1}}), nullptr);
  shape["mask"] = encode_base64(encode_grey_png(crop, 8));
  return shape;
}

bool is_drawable(const Polygon& polygon) {
  return !polygon.empty() && std::all_of(polygon.begin(), polygon.end(), [](const PolygonPart& part) {
    return part.outer.size() >= 3 && part.holes.empty();
  });
}

class LabelMeWriter final : public FormatWriter {
 public:
  explicit LabelMeWriter(const WriteRequest& request)
      : files_(request.files),
        out_(request.out),
        classes_(request.classes),
        subsets_(request.subsets),
        exact_masks_(request.exact_masks) {}

  EncodedPicture encode(const DatasetPicture& picture) const override {
    json shapes = json::array();
    for (std::size_t i = 0; i < picture.annotations.size(); ++i) add_shapes(picture.annotations[i], i + 1, shapes);
    json document;
    document["version"] = version;
    document["flags"] = json::object();
    document["shapes"] = std::move(shapes);
    document["imagePath"] = picture.name;
    document["imageData"] = nullptr;
    document["imageHeight"] = picture.size.height;
    document["imageWidth"] = picture.size.width;
    EncodedPicture encoded;
    encoded.subset = picture.subset;
    encoded.files = {
        {own_file(picture.name, picture.subset), document.dump(2, ' ', false, json::error_handler_t::replace) + "\n"}};
    return encoded;
  }

  void append(EncodedPicture&&) override {}

  // For LabelMe's --labels and its scripts.
  void finish() override {
    std::string text = "__ignore__\n_background_\n";
    for (const std::string& name : classes_) {
      if (name.find_first_of("\r\n") == std::string::npos) text += name + "\n";
    }
    files_.write_unflushed(out_ / "labels.txt", text);
  }

  std::filesystem::path photo_path(const std::string& name, const std::string& subset) const override {
    return subsets_.folder(subset) / name;
  }
  std::filesystem::path own_file(const std::string& name, const std::string& subset) const override {
    return subsets_.folder(subset) / (std::string(base_name(name)) + ".json");
  }

 private:
  void add_shapes(const StoredAnnotation& stored, std::size_t group, json& shapes) const {
    const Polygon& polygon = stored.annotation.polygon;
    if (exact_masks_ || !is_drawable(polygon)) {
      shapes.push_back(mask_json(stored));
      return;
    }
    for (const PolygonPart& part : polygon) {
      shapes.push_back(
          shape_json(stored, "polygon", points_json(part.outer), polygon.size() > 1 ? json(group) : json(nullptr)));
    }
  }

  FileSystem& files_;
  const std::filesystem::path out_;
  const std::vector<std::string> classes_;
  const SubsetFolders subsets_;
  const bool exact_masks_;
};

}  // namespace

Format labelme_format() {
  Format format;
  format.name = "labelme";
  format.title = "LabelMe (a JSON file a picture)";
  format.features = {.shape = FormatFeatures::Shape::polygon,
                     .parts = true,
                     .holes = true,
                     .crowd = true,
                     .attributes = true,
                     .scores = true,
                     .unused_classes = true,
                     .empty_pictures = true,
                     .subsets = true};
  format.recognises = is_labelme;
  format.read = read_labelme;
  format.write = [](const WriteRequest& request) -> std::unique_ptr<FormatWriter> {
    return std::make_unique<LabelMeWriter>(request);
  };
  return format;
}

}  // namespace sam
