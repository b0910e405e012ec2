#include "dataset/formats/labelme_shapes.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "dataset/formats/base64.h"
#include "dataset/formats/mask_pieces.h"
#include "dataset/formats/number_text.h"
#include "dataset/formats/shape_objects.h"
#include "dataset/formats/shape_outlines.h"
#include "dataset/formats/shown_text.h"
#include "dataset/json_document.h"
#include "image/index_picture.h"

namespace sam {
namespace {

namespace dom = simdjson::dom;
namespace ondemand = simdjson::ondemand;

// Says line and column, which simdjson does not. Walks without building anything.
struct ErrorFinder : nlohmann::json_sax<nlohmann::json> {
  std::string what = "it is not UTF-8, or nested too deeply";
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return true; }
  bool key(string_t&) override { return true; }
  bool end_object() override { return true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception& error) override {
    what = error.what();
    what = what.substr(what.find(']') == std::string::npos ? 0 : what.find(']') + 2, 200);
    return false;
  }
};

[[noreturn]] void refuse_json(std::string_view text, const std::string& place) {
  ErrorFinder finder;
  nlohmann::json::sax_parse(text, &finder);
  throw FormatError(place, "not valid JSON: " + finder.what);
}

template <typename Value>
Value or_refuse(simdjson::simdjson_result<Value> result, std::string_view text, const std::string& place) {
  Value value;
  if (without_bad_alloc(std::move(result).get(value)) != simdjson::SUCCESS) refuse_json(text, place);
  return value;
}

// ---- one shape

std::string text_of(simdjson::simdjson_result<dom::element> element) {
  std::string_view text;
  return element.get_string().get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

// A number, true and false, or a text, as a text; nothing for what else there is.
std::optional<std::string> scalar_text(dom::element element) {
  switch (element.type()) {
    case dom::element_type::STRING:
      return std::string(std::string_view(element));
    case dom::element_type::BOOL:
      return bool(element) ? "true" : "false";
    case dom::element_type::INT64:
      return std::to_string(std::int64_t(element));
    case dom::element_type::UINT64:
      return std::to_string(std::uint64_t(element));
    case dom::element_type::DOUBLE: {
      std::string text;
      append_number(text, double(element));
      return text;
    }
    default:
      return std::nullopt;
  }
}

double coordinate(simdjson::simdjson_result<dom::element> element, const std::string& place) {
  double value = 0;
  if (element.get_double().get(value) != simdjson::SUCCESS) throw FormatError(place, "a point is not two numbers");
  return checked_coordinate(value, place, "a coordinate");
}

Ring points_of(dom::element shape, const std::string& place) {
  Ring ring;
  dom::array points;
  if (shape["points"].get_array().get(points) != simdjson::SUCCESS) throw FormatError(place, "has no list of points");
  for (dom::element point : points) {
    dom::array pair;
    if (point.get_array().get(pair) != simdjson::SUCCESS || pair.size() != 2) {
      throw FormatError(place, "a point is not two numbers");
    }
    ring.push_back({coordinate(pair.at(0), place), coordinate(pair.at(1), place)});
  }
  return ring;
}

// Of two corners, or of four with sides along the axes.
std::optional<Box> box_of(const Ring& points) {
  if (points.size() != 2 && points.size() != 4) return std::nullopt;
  Box box{points[0].x, points[0].y, points[0].x, points[0].y};
  for (const Point& point : points) {
    box = {std::min(box.x0, point.x), std::min(box.y0, point.y), std::max(box.x1, point.x), std::max(box.y1, point.y)};
  }
  for (const Point& point : points) {
    if ((point.x != box.x0 && point.x != box.x1) || (point.y != box.y0 && point.y != box.y1)) return std::nullopt;
  }
  return box;
}

// The PNG of the shape's box, which has its corner at the first point.
Mask mask_of(dom::element shape, const Ring& points, Size size, const std::string& place) {
  std::string_view text;
  if (shape["mask"].get_string().get(text) != simdjson::SUCCESS) throw FormatError(place, "has no mask");
  const std::optional<std::string> png = decode_base64(text);
  if (!png) throw FormatError(place, "its mask is no base64");
  if (points.empty()) throw FormatError(place, "has a mask and no point that says where it is");
  try {
    const DecodedIndices decoded = decode_index_png(*png, pixel_count(size));
    std::vector<std::uint8_t> bits(decoded.picture.indices.begin(), decoded.picture.indices.end());
    for (std::size_t i = 0; i < bits.size(); ++i) {
      const std::uint16_t index = decoded.picture.indices[i];
      bits[i] = decoded.colours.empty() ? index != 0 : decoded.colours.at(index) != Colour{0, 0, 0};
    }
    return place_mask(mask_from_bits(bits, decoded.picture.size), static_cast<int>(std::lround(points[0].x)),
                      static_cast<int>(std::lround(points[0].y)), size);
  } catch (const ImageError& error) {
    throw FormatError(place, std::string("its mask ") + error.what());
  }
}

void add_scalars(simdjson::simdjson_result<dom::element> object, std::map<std::string, std::string>& into) {
  dom::object fields;
  if (object.get_object().get(fields) != simdjson::SUCCESS) return;
  for (const auto& field : fields) {
    if (std::optional<std::string> text = scalar_text(field.value)) into[std::string(field.key)] = std::move(*text);
  }
}

void read_attributes(dom::element element, Shape& shape) {
  dom::element group;
  if (element["group_id"].get(group) == simdjson::SUCCESS) shape.group = scalar_text(group).value_or("");
  add_scalars(element["flags"], shape.attributes);
  add_scalars(element["attributes"], shape.attributes);  // X-AnyLabeling
  if (std::string text = text_of(element["description"]); !text.empty()) shape.attributes["description"] = text;
  bool difficult = false;
  if (element["difficult"].get_bool().get(difficult) == simdjson::SUCCESS && difficult)
    shape.attributes["difficult"] = "1";
  double score = 0;
  if (element["score"].get_double().get(score) == simdjson::SUCCESS) shape.score = score;
}

void add_shape(dom::element element, Size size, const std::string& place, ShapeObjects& objects) {
  Shape shape;
  shape.label = text_of(element["label"]);
  read_attributes(element, shape);
  std::string type = text_of(element["shape_type"]);
  if (type.empty()) type = "polygon";  // files of LabelMe before 3.3
  Ring points = points_of(element, place);
  const auto skip = [&](const std::string& why) {
    objects.warn(shown_text(shape.label) + ": " + why + " is left out");
  };
  if (type == "mask") {
    shape.mask = mask_of(element, points, size, place);
  } else if (type == "circle") {
    if (points.size() != 2) throw FormatError(place, "a circle has a centre and one more point");
    const double radius = std::hypot(points[1].x - points[0].x, points[1].y - points[0].y);
    shape.polygon = {{ellipse_outline(points[0], radius, radius, 0), {}}};
    objects.warn(shown_text(shape.label) + ": a circle became a polygon of 64 points");
  } else if (type == "rectangle") {
    shape.box = box_of(points);
    if (!shape.box && points.size() < 3) throw FormatError(place, "a rectangle has two corners, or four");
    shape.polygon = shape.box ? box_polygon(*shape.box) : Polygon{{std::move(points), {}}};
  } else if (type == "polygon" || type == "rotation" || type == "oriented_rectangle" || type == "quadrilateral") {
    if (points.size() < 3) return skip("a " + type + " of fewer than 3 points");
    shape.polygon = {{std::move(points), {}}};
  } else {
    return skip("a shape of the type " + shown_text(type) + ", which has no area,");
  }
  objects.add(std::move(shape));
}

Size size_of(dom::element document, Size size, const std::string& place) {
  double width = 0;
  double height = 0;
  if (document["imageWidth"].get_double().get(width) == simdjson::SUCCESS &&
      document["imageHeight"].get_double().get(height) == simdjson::SUCCESS) {
    return checked_size(width, height, place);
  }
  if (size == Size{}) throw FormatError(place, "says no imageWidth and imageHeight, and the picture is not known");
  return size;
}

}  // namespace

std::string take_image_path(std::string& text, const std::string& place) {
  const std::size_t length = text.size() - labelme_padding;
  const std::string_view json(text.data(), length);
  std::string path;
  std::string_view inside;
  bool has_shapes = false;
  ondemand::parser parser;
  const auto refuse_unless = [&](simdjson::error_code error) {
    if (error != simdjson::SUCCESS) refuse_json(json, place);
  };
  ondemand::document document;
  refuse_unless(open_json(parser, json, text.size(), document));
  ondemand::object object;
  refuse_unless(document.get_object().get(object));
  for (auto field : object) {
    std::string_view key;
    refuse_unless(field.unescaped_key().get(key));
    ondemand::value value;
    refuse_unless(field.value().get(value));
    if (key == "imagePath") {
      std::string_view found;
      if (value.get_string().get(found) == simdjson::SUCCESS) path = found;
    } else if (key == "imageData") {
      inside = value.raw_json_token();
    } else if (key == "shapes") {
      has_shapes = true;
    }
  }
  if (!has_shapes) throw FormatError(place, "has no \"shapes\": it is not a file of LabelMe's; move it elsewhere");
  if (inside.starts_with('"')) {
    inside = inside.substr(0, inside.rfind('"') + 1);
    text.replace(static_cast<std::size_t>(inside.data() - text.data()), inside.size(), "null");
  }
  return path;
}

DatasetPicture parse_labelme(const std::string& text, Size size, const std::string& place) {
  const std::size_t length = text.size() - labelme_padding;
  dom::parser parser;
  const auto document = or_refuse<dom::element>(parser.parse(text.data(), length, false), {text.data(), length}, place);
  DatasetPicture picture;
  picture.size = size_of(document, size, place);
  ShapeObjects objects(picture.size, place);
  dom::array shapes;
  if (document["shapes"].get_array().get(shapes) != simdjson::SUCCESS)
    throw FormatError(place, "\"shapes\" is no list");
  std::size_t index = 0;
  for (dom::element shape : shapes) {
    const std::string shape_place = place + ", shape " + std::to_string(index++);
    if (!shape.is_object()) throw FormatError(shape_place, "is no object");
    add_shape(shape, picture.size, shape_place, objects);
  }
  picture.annotations = objects.take_annotations();
  picture.warnings = objects.take_warnings();
  return picture;
}

}  // namespace sam
