#include "dataset/formats/cvat_reader.h"

#include <algorithm>
#include <charconv>

#include "dataset/formats/cvat_runs.h"
#include "dataset/formats/file_start.h"
#include "dataset/formats/folder_names.h"
#include "dataset/formats/number_text.h"
#include "dataset/formats/picture_name.h"
#include "dataset/formats/seen_names.h"
#include "dataset/formats/shape_objects.h"
#include "dataset/formats/shape_outlines.h"
#include "dataset/formats/shown_text.h"
#include "dataset/formats/subset_name.h"
#include "dataset/formats/xml_element.h"
#include "dataset/formats/xml_slices.h"

namespace sam {
namespace {

std::string_view value_of(const XmlElement& element, std::string_view name) {
  const std::string* value = element.attribute(name);
  return value != nullptr ? std::string_view(*value) : std::string_view();
}

std::string_view required(const XmlElement& element, std::string_view name, const std::string& place) {
  const std::string* value = element.attribute(name);
  if (value == nullptr) throw FormatError(place, "<" + element.name + "> says no " + std::string(name));
  return *value;
}

double number(const XmlElement& element, std::string_view name, const std::string& place) {
  return parse_coordinate(required(element, name, place), place, name);
}

double number_or_0(const XmlElement& element, std::string_view name, const std::string& place) {
  return element.attribute(name) != nullptr ? number(element, name, place) : 0;
}

// "x,y;x,y;…"
Ring points_of(const XmlElement& element, const std::string& place) {
  Ring ring;
  std::string_view text = required(element, "points", place);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(';'), text.size());
    const std::string_view point = text.substr(0, end);
    const std::size_t comma = point.find(',');
    if (comma == std::string_view::npos) {
      throw FormatError(place, "a point is " + shown_text(point) + ", not x,y");
    }
    ring.push_back({parse_coordinate(point.substr(0, comma), place, "x of a point"),
                    parse_coordinate(point.substr(comma + 1), place, "y of a point")});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return ring;
}

Shape attributed(const XmlElement& element) {
  Shape shape;
  shape.label = value_of(element, "label");
  const std::string_view group = value_of(element, "group_id");
  if (group != "0") shape.group = group;
  for (const XmlElement& child : element.children) {
    if (child.name != "attribute") continue;
    const std::string* name = child.attribute("name");
    if (name != nullptr && !name->empty()) shape.attributes[*name] = child.text;
  }
  if (value_of(element, "occluded") == "1") shape.attributes["occluded"] = "1";
  const std::string_view z_order = value_of(element, "z_order");
  if (!z_order.empty() && z_order != "0") shape.attributes["z_order"] = z_order;
  return shape;
}

void add_box(const XmlElement& element, const std::string& place, ShapeObjects& objects) {
  const Box box{number(element, "xtl", place), number(element, "ytl", place), number(element, "xbr", place),
                number(element, "ybr", place)};
  const double rotation = number_or_0(element, "rotation", place);
  Shape shape = attributed(element);
  shape.polygon = {{turned_box(box, rotation), {}}};
  if (rotation == 0) shape.box = box;
  objects.add(std::move(shape));
}

void add_mask(const XmlElement& element, Size size, const std::string& place, ShapeObjects& objects) {
  const double left = number(element, "left", place);
  const double top = number(element, "top", place);
  const Box box{left, top, left + number(element, "width", place), top + number(element, "height", place)};
  Shape shape = attributed(element);
  shape.mask = parse_cvat_mask(required(element, "rle", place), box, size, place);
  objects.add(std::move(shape));
}

void add_ellipse(const XmlElement& element, const std::string& place, ShapeObjects& objects) {
  Shape shape = attributed(element);
  shape.polygon = {
      {ellipse_outline({number(element, "cx", place), number(element, "cy", place)}, number(element, "rx", place),
                       number(element, "ry", place), number_or_0(element, "rotation", place)),
       {}}};
  objects.warn("an ellipse became a polygon of 64 points");
  objects.add(std::move(shape));
}

void add_polygon(const XmlElement& element, const std::string& place, ShapeObjects& objects) {
  Shape shape = attributed(element);
  Ring ring = points_of(element, place);
  if (ring.size() < 3) return objects.warn("a polygon of fewer than 3 points is left out");
  shape.polygon = {{std::move(ring), {}}};
  objects.add(std::move(shape));
}

void add_shape(const XmlElement& element, Size size, const std::string& place, ShapeObjects& objects) {
  const std::string& name = element.name;
  if (name == "polygon") return add_polygon(element, place, objects);
  if (name == "box") return add_box(element, place, objects);
  if (name == "mask") return add_mask(element, size, place, objects);
  if (name == "ellipse") return add_ellipse(element, place, objects);
  objects.warn(shown_text(name) + " of " + shown_text(value_of(element, "label")) + " has no area and is left out");
}

void find_labels(const XmlElement& element, std::vector<std::string>& names) {
  for (const XmlElement& child : element.children) {
    if (child.name == "label") {
      const std::string name(child.child_text("name"));
      if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    } else {
      find_labels(child, names);
    }
  }
}

std::uint64_t whole_number(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

class CvatReader final : public FormatReader {
 public:
  CvatReader(const ReadRequest& request, const std::filesystem::path& path)
      : files_(request.files),
        folder_(path.parent_path()),
        file_name_(path.filename().string()),
        file_(files_.open(path)) {
    if (!file_) throw FormatError(file_name_, "there is no such file");
    slices_ = std::make_unique<XmlSlices>(*file_, file_name_);
    pending_ = next_image();  // what comes before it are the classes
  }

  std::vector<std::string> classes() const override { return classes_; }
  std::uint64_t picture_count() const override { return count_; }

  std::optional<DatasetEntry> next() override {
    if (!pending_) return std::nullopt;
    DatasetEntry entry = entry_of(std::move(*pending_));
    pending_ = next_image();
    return entry;
  }

  DatasetPicture decode(const DatasetEntry& entry, Size) const override {
    DatasetPicture picture;
    picture.name = entry.name;
    picture.subset = entry.subset;
    std::optional<ShapeObjects> objects;
    const auto root = [&](const XmlElement& image) {
      picture.size =
          parse_size(required(image, "width", entry.place), required(image, "height", entry.place), entry.place);
      picture.id = static_cast<std::int64_t>(whole_number(value_of(image, "id")) & 0x7fffffffffffffff);
      objects.emplace(picture.size, entry.place);
      return true;
    };
    const auto child = [&](const XmlElement& shape) {
      add_shape(shape, picture.size, entry.place, *objects);
      return true;
    };
    read_xml(entry.text, entry.place, {root, child});
    picture.annotations = objects->take_annotations();
    picture.warnings = objects->take_warnings();
    return picture;
  }

 private:
  std::optional<XmlSlice> next_image() {
    while (std::optional<XmlSlice> slice = slices_->next("annotations")) {
      if (slice->name == "image") return slice;
      const std::string place = file_name_ + ", line " + std::to_string(slice->line);
      if (slice->name == "track") {
        throw FormatError(place, "this is CVAT for video; export the task as \"CVAT for images 1.1\"");
      }
      if (slice->name == "meta") read_meta(*slice, place);
    }
    return std::nullopt;
  }

  void read_meta(const XmlSlice& slice, const std::string& place) {
    const auto child = [&](const XmlElement& element) {  // task, project or job
      find_labels(element, classes_);
      count_ = std::max(count_, whole_number(element.child_text("size")));
      return true;
    };
    read_xml(slice.text, place, {{}, child});
  }

  DatasetEntry entry_of(XmlSlice&& slice) {
    DatasetEntry entry;
    entry.place = file_name_ + ", line " + std::to_string(slice.line);
    std::string path;
    std::string stated_subset;
    const auto root = [&](const XmlElement& image) {
      path = required(image, "name", entry.place);
      stated_subset = value_of(image, "subset");
      return false;
    };
    read_xml(slice.text, entry.place, {root, {}});
    entry.name = picture_name(path, entry.place);
    entry.subset = subset_name(stated_subset);
    entry.place += " (" + entry.name + ")";
    names_.insert_picture(entry.name, entry.place);
    const bool is_folder_name = stated_subset.find_first_of("/\\") == std::string::npos && stated_subset != "..";
    for (const std::filesystem::path& photo :
         {folder_ / "images" / path, folder_ / "images" / (is_folder_name ? stated_subset : "") / path,
          folder_ / path}) {
      if (!is_file(files_, photo)) continue;
      entry.photo = photo;
      break;
    }
    entry.text = std::move(slice.text);
    return entry;
  }

  FileSystem& files_;
  const std::filesystem::path folder_;
  const std::string file_name_;
  const std::unique_ptr<InputFile> file_;
  std::unique_ptr<XmlSlices> slices_;
  std::optional<XmlSlice> pending_;
  std::vector<std::string> classes_;
  std::uint64_t count_ = 0;
  SeenNames names_;
};

}  // namespace

std::filesystem::path find_cvat_file(FileSystem& files, const std::filesystem::path& in) {
  for (const std::filesystem::path& path : {in, in / "annotations.xml"}) {
    if (is_file(files, path) && read_file_start(files, path).find("<annotations") != std::string::npos) return path;
  }
  return {};
}

std::unique_ptr<FormatReader> read_cvat(const ReadRequest& request) {
  const bool given = is_file(request.files, request.in);
  return std::make_unique<CvatReader>(request, given ? request.in : request.in / "annotations.xml");
}

}  // namespace sam
