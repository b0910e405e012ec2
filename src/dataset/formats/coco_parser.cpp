#include "dataset/formats/coco_parser.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "dataset/formats/format.h"
#include "dataset/json_document.h"
#include "dataset/json_text.h"
#include "dataset/utf8.h"
#include "image/run_builder.h"

namespace sam {
namespace {

namespace ondemand = simdjson::ondemand;
using simdjson::simdjson_error;

constexpr std::int64_t max_side = 1'000'000;
constexpr double max_outside_px = 1e6;  // real annotations leave the picture by a few pixels
constexpr std::size_t padding_bytes = 64;

// What is wrong, without its place.
struct Wrong {
  std::string what;
};

[[noreturn]] void wrong(const std::string& what) {
  throw Wrong{what};
}

std::string quoted(const char* key) {
  return std::string("\"") + key + "\"";
}

// A token as it stands there, short and printable.
std::string token_of(ondemand::value& value) {
  std::string text;
  for (char c : value.raw_json_token().substr(0, 24)) {
    if (c <= 0x20 || c >= 0x7f || c == ',') break;
    text += c;
  }
  return text.empty() ? "that" : text;
}

std::int64_t integer(ondemand::value value, const char* key) {
  std::int64_t number = 0;
  if (value.get_int64().get(number) != simdjson::SUCCESS) {
    wrong(quoted(key) + " must be a whole number, not " + token_of(value));
  }
  return number;
}

double number(ondemand::value value, const char* key) {
  const std::string_view token = value.raw_json_token();
  double read = 0;
  if (value.get_double().get(read) != simdjson::SUCCESS) {
    wrong(quoted(key) + " must hold numbers, not " + token_of(value));
  }
  return token.size() < long_number_bytes ? read : parse_json_number(token);
}

std::string text(ondemand::value value, const char* key) {
  std::string_view read;
  if (value.get_string().get(read) != simdjson::SUCCESS) {
    wrong(quoted(key) + " must be a text, not " + token_of(value));
  }
  // simdjson lets half a surrogate pair through.
  if (!is_utf8(read)) wrong(quoted(key) + " is not UTF-8");
  return std::string(read);
}

double coordinate(ondemand::value value, const char* key, int side) {
  const double read = number(value, key);
  if (read < -max_outside_px || read > side + max_outside_px) {
    wrong(quoted(key) + ": " + token_of(value) + " is far outside the picture of " + std::to_string(side) + " px");
  }
  return read;
}

ondemand::array list(ondemand::value value, const char* key) {
  ondemand::array read;
  if (value.get_array().get(read) != simdjson::SUCCESS) {
    wrong(quoted(key) + " must be a list, not " + token_of(value));
  }
  return read;
}

Box box_of(ondemand::value value, Size size) {
  double numbers[4] = {};
  std::size_t count = 0;
  for (ondemand::value each : list(value, "bbox")) {
    if (count == 4) wrong("\"bbox\" has more than four numbers");
    numbers[count] = coordinate(each, "bbox", count % 2 == 0 ? size.width : size.height);
    ++count;
  }
  if (count != 4) wrong("\"bbox\" has " + std::to_string(count) + " numbers instead of x, y, width and height");
  if (numbers[2] < 0 || numbers[3] < 0) wrong("\"bbox\" has a negative width or height");
  return {numbers[0], numbers[1], numbers[0] + numbers[2], numbers[1] + numbers[3]};
}

Ring ring_of(ondemand::value value, Size size) {
  Ring ring;
  ring.reserve(32);
  bool is_y = false;
  for (ondemand::value each : list(value, "segmentation")) {
    if (is_y) {
      ring.back().y = coordinate(each, "segmentation", size.height);
    } else {
      ring.push_back({coordinate(each, "segmentation", size.width), 0});
    }
    is_y = !is_y;
  }
  if (is_y) wrong("a polygon has an odd number of coordinates (" + std::to_string(ring.size() * 2 - 1) + ")");
  if (!ring.empty() && ring.size() < 3) {
    wrong("a polygon has " + std::to_string(ring.size()) + " points; three are the least");
  }
  return ring;
}

// COCO has no holes: each ring is a part. Empty ones, which some tools write for objects that are boxes, are left out.
Polygon polygon_of(ondemand::value value, Size size) {
  Polygon polygon;
  for (ondemand::value each : list(value, "segmentation")) {
    Ring ring = ring_of(each, size);
    if (!ring.empty()) polygon.push_back({std::move(ring), {}});
  }
  return polygon;
}

Mask mask_of_runs(ondemand::value counts, Size size) {
  RunBuilder builder(size);
  const std::uint64_t pixels = mask_pixel_count(size);
  std::uint64_t index = 0;
  bool foreground = false;
  for (ondemand::value each : list(counts, "counts")) {
    const std::int64_t run = integer(each, "counts");
    if (run < 0 || static_cast<std::uint64_t>(run) > pixels - index) {
      wrong("\"counts\": a run of " + std::to_string(run) + " where " + std::to_string(pixels - index) +
            " pixels are left");
    }
    const std::uint64_t end = index + static_cast<std::uint64_t>(run);
    if (foreground) builder.add_foreground(static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(end));
    index = end;
    foreground = !foreground;
  }
  if (index != pixels) {
    wrong("\"counts\" adds up to " + std::to_string(index) + " pixels, not to the picture's " + std::to_string(pixels));
  }
  return std::move(builder).finish();
}

void require_size(ondemand::value value, Size size) {
  std::int64_t sides[2] = {};
  std::size_t count = 0;
  for (ondemand::value each : list(value, "size")) {
    if (count < 2) sides[count] = integer(each, "size");
    ++count;
  }
  if (count != 2 || sides[0] != size.height || sides[1] != size.width) {
    wrong("the run lengths' size is not the picture's height and width (" + std::to_string(size.height) + ", " +
          std::to_string(size.width) + ")");
  }
}

Mask mask_of(ondemand::value value, Size size) {
  std::optional<Mask> mask;
  for (auto field : value.get_object()) {
    const std::string_view key = field.unescaped_key();
    ondemand::value part = field.value();
    if (key == "size") require_size(part, size);
    if (key != "counts") continue;
    const bool compressed = part.type() == ondemand::json_type::string;
    try {
      mask = compressed ? mask_from_coco_string(part.get_string(), size) : mask_of_runs(part, size);
    } catch (const MaskError& error) {
      wrong(std::string("\"counts\": ") + error.what());
    }
  }
  if (!mask) wrong("\"segmentation\" is an object without \"counts\"");
  return *std::move(mask);
}

bool is_crowd(ondemand::value value) {
  bool crowd = false;
  if (value.get_bool().get(crowd) == simdjson::SUCCESS) return crowd;
  return integer(value, "iscrowd") != 0;
}

// As CVAT writes them: texts, numbers, truth values; what is nested stays JSON.
void read_attributes(ondemand::value value, std::map<std::string, std::string>& attributes) {
  for (auto field : value.get_object()) {
    std::string key(std::string_view(field.unescaped_key()));
    ondemand::value each = field.value();
    if (!is_utf8(key)) wrong("the name of an attribute is not UTF-8");
    if (each.is_null()) continue;
    attributes[std::move(key)] = each.type() == ondemand::json_type::string
                                     ? text(each, "attributes")
                                     : std::string(std::string_view(simdjson::to_json_string(each)));
  }
}

int side_of(ondemand::value value, const char* key) {
  if (value.is_null()) return 0;
  double side = 0;  // some tools write 640.0
  if (value.get_double().get(side) != simdjson::SUCCESS || side < 1 || side > max_side || side != std::floor(side)) {
    wrong(quoted(key) + " must be a number of pixels from 1 to " + std::to_string(max_side) + ", not " +
          token_of(value));
  }
  return static_cast<int>(side);
}

// The fields of an annotation, one by one.
struct ObjectFields {
  CocoObject object;
  std::optional<Box> box;
  bool has_category = false;
  bool has_image = false;
  bool crowd = false;

  void read(std::string_view key, ondemand::value value, Size size) {
    Annotation& annotation = object.stored.annotation;
    if (key == "segmentation") {
      if (value.is_null()) return;
      if (value.type() == ondemand::json_type::object) {
        annotation.mask = mask_of(value, size);
      } else {
        annotation.polygon = polygon_of(value, size);
      }
    } else if (key == "bbox") {
      if (!value.is_null()) box = box_of(value, size);
    } else if (key == "id") {
      if (value.get_int64().get(annotation.id) != simdjson::SUCCESS) annotation.id = 0;  // texts at some tools
    } else if (key == "image_id") {
      object.image_id = integer(value, "image_id");
      has_image = true;
    } else if (key == "category_id") {
      object.category_id = integer(value, "category_id");
      has_category = true;
    } else if (key == "iscrowd") {
      crowd = !value.is_null() && is_crowd(value);
    } else if (key == "score") {
      if (!value.is_null()) annotation.score = number(value, "score");
    } else if (key == "attributes") {
      if (value.type() == ondemand::json_type::object) read_attributes(value, annotation.attributes);
    }
  }

  CocoObject finish() && {
    Annotation& annotation = object.stored.annotation;
    if (!has_image) wrong("\"image_id\" is missing");
    if (!has_category) wrong("\"category_id\" is missing");
    if (crowd) annotation.attributes["iscrowd"] = "1";
    if (annotation.polygon.empty() && annotation.mask.size == Size{}) {
      if (!box) wrong("there is neither a \"segmentation\" nor a \"bbox\"");
      const auto& [x0, y0, x1, y1] = *box;
      if (!(x1 > x0) || !(y1 > y0)) wrong("there is no \"segmentation\", and the \"bbox\" has no area");
      annotation.polygon = {{{{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}}, {}}};
      annotation.prompt.boxes = {*box};
    }
    return std::move(object);
  }
};

}  // namespace

struct CocoParser::Json {
  ondemand::parser parser;
  ondemand::document document;

  // Calls read(key, value) for each field until it returns false. what: for messages, asked when something is wrong.
  template <typename Read, typename What>
  void fields(const CocoParser& owner, const JsonElement& element, What what, Read read) {
    try {
      const auto error = open_json(parser, element.text, element.text.size() + padding_bytes, document);
      if (error != simdjson::SUCCESS) throw simdjson_error(error);
      ondemand::object object;
      if (document.get_object().get(object) != simdjson::SUCCESS) wrong("expected an object");
      for (auto field : object) {
        const std::string_view key = field.unescaped_key();
        if (!read(key, field.value())) return;
      }
    } catch (const Wrong& error) {
      owner.fail(element.offset, what() + ": " + error.what);
    } catch (const simdjson_error& error) {
      owner.fail(element.offset, what() + " is no valid JSON: " + error.what());
    }
  }
};

CocoParser::CocoParser(std::string name) : name_(std::move(name)), json_(std::make_unique<Json>()) {}
CocoParser::~CocoParser() = default;

void CocoParser::fail(std::uint64_t offset, const std::string& what) const {
  throw FormatError(name_ + ", byte " + std::to_string(offset), what);
}

CocoImage CocoParser::image(const JsonElement& element) {
  CocoImage image;
  bool has_id = false;
  const auto what = [&] { return has_id ? "image " + std::to_string(image.id) : std::string("an image"); };
  json_->fields(*this, element, what, [&](std::string_view key, ondemand::value value) {
    if (key == "id") {
      image.id = integer(value, "id");
      has_id = true;
    } else if (key == "file_name") {
      image.file_name = text(value, "file_name");
    } else if (key == "width") {
      image.size.width = side_of(value, "width");
    } else if (key == "height") {
      image.size.height = side_of(value, "height");
    }
    return true;
  });
  if (!has_id) fail(element.offset, "an image has no \"id\"");
  if (image.file_name.empty()) fail(element.offset, what() + " has no \"file_name\"");
  if (image.size.width == 0 || image.size.height == 0) image.size = {};
  if (pixel_count(image.size) > std::numeric_limits<std::uint32_t>::max()) {
    fail(element.offset, what() + " is larger than any picture");
  }
  return image;
}

CocoCategory CocoParser::category(const JsonElement& element) {
  CocoCategory category;
  bool has_id = false;
  const auto what = [&] { return has_id ? "category " + std::to_string(category.id) : std::string("a category"); };
  json_->fields(*this, element, what, [&](std::string_view key, ondemand::value value) {
    if (key == "id") {
      category.id = integer(value, "id");
      has_id = true;
    } else if (key == "name") {
      category.name = text(value, "name");
    }
    return true;
  });
  if (!has_id) fail(element.offset, "a category has no \"id\"");
  if (category.name.empty()) fail(element.offset, what() + " has no \"name\"");
  return category;
}

std::int64_t CocoParser::image_id(const JsonElement& element) {
  std::optional<std::int64_t> found;
  const auto what = [] { return std::string("an annotation"); };
  json_->fields(*this, element, what, [&](std::string_view key, ondemand::value value) {
    if (key == "image_id") found = integer(value, "image_id");
    return !found;
  });
  if (!found) fail(element.offset, "an annotation has no \"image_id\"");
  return *found;
}

CocoObject CocoParser::object(const JsonElement& element, Size size) {
  ObjectFields fields;
  const auto what = [&] {
    const std::int64_t id = fields.object.stored.annotation.id;
    return id == 0 ? std::string("an annotation") : "annotation " + std::to_string(id);
  };
  json_->fields(*this, element, what, [&](std::string_view key, ondemand::value value) {
    fields.read(key, value, size);
    return true;
  });
  try {
    return std::move(fields).finish();
  } catch (const Wrong& error) {
    fail(element.offset, what() + ": " + error.what);
  }
}

}  // namespace sam
