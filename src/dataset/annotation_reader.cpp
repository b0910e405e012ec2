// The reading half of annotation_file.h. Everything is checked: the text may come from anywhere.
#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "dataset/annotation_file.h"
#include "dataset/store.h"

namespace sam {
namespace {

using json = nlohmann::ordered_json;

constexpr int max_depth = 64;  // ours has 7; what is deeper would be walked by recursion when written back
constexpr int max_side = 1'000'000;

[[noreturn]] void damaged(const std::string& reason) {
  throw AnnotationFileError(reason);
}

json parse_json(std::string_view text) {
  const auto limit_depth = [](int depth, json::parse_event_t, json&) {
    if (depth > max_depth) damaged("nested deeper than " + std::to_string(max_depth));
    return true;
  };
  try {
    json value = json::parse(text, limit_depth);
    if (!value.is_object()) damaged("not a JSON object");
    return value;
  } catch (const json::exception& error) {
    damaged(error.what());
  }
}

const json& field(const json& object, const char* key) {
  if (!object.is_object()) damaged(std::string("expected an object with \"") + key + "\"");
  const auto found = object.find(key);
  if (found == object.end()) damaged(std::string("\"") + key + "\" is missing");
  return *found;
}

const json& array(const json& value, const char* key) {
  if (!value.is_array()) damaged(std::string("\"") + key + "\" is not an array");
  return value;
}

const json& array(const json& value, const char* key, std::size_t size) {
  if (array(value, key).size() != size) damaged(std::string("\"") + key + "\" has the wrong length");
  return value;
}

std::string text_of(const json& value, const char* key) {
  if (!value.is_string()) damaged(std::string("\"") + key + "\" is not a text");
  return value.get<std::string>();
}

std::int64_t integer_of(const json& value, const char* key, std::int64_t low, std::int64_t high) {
  const bool fits =
      value.is_number_integer() &&
      (!value.is_number_unsigned() ||
       value.get<std::uint64_t>() <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
  if (!fits || value.get<std::int64_t>() < low || value.get<std::int64_t>() > high) {
    damaged(std::string("\"") + key + "\" is not a number from " + std::to_string(low) + " to " + std::to_string(high));
  }
  return value.get<std::int64_t>();
}

double number_of(const json& value, const char* key) {
  if (!value.is_number() || !std::isfinite(value.get<double>()))
    damaged(std::string("\"") + key + "\" is not a number");
  return value.get<double>();
}

Ring ring_of(const json& value, const char* key) {
  Ring ring;
  ring.reserve(array(value, key).size());
  for (const json& point : value) {
    array(point, key, 2);
    ring.push_back({number_of(point[0], key), number_of(point[1], key)});
  }
  return ring;
}

Polygon polygon_of(const json& value) {
  Polygon polygon;
  for (const json& part : array(value, "polygon")) {
    PolygonPart& made = polygon.emplace_back();
    made.outer = ring_of(field(part, "outer"), "outer");
    for (const json& hole : array(field(part, "holes"), "holes")) made.holes.push_back(ring_of(hole, "holes"));
  }
  return polygon;
}

StoredPrompt prompt_of(const json& value) {
  StoredPrompt prompt;
  for (const json& box : array(field(value, "boxes"), "boxes")) {
    array(box, "boxes", 4);
    prompt.boxes.push_back({number_of(box[0], "boxes"), number_of(box[1], "boxes"), number_of(box[2], "boxes"),
                            number_of(box[3], "boxes")});
  }
  for (const json& point : array(field(value, "points"), "points")) {
    array(point, "points", 3);
    if (!point[2].is_boolean()) damaged("a point does not say true (foreground) or false");
    prompt.points.push_back({number_of(point[0], "points"), number_of(point[1], "points"), point[2].get<bool>()});
  }
  prompt.text = text_of(field(value, "text"), "text");
  return prompt;
}

Mask mask_of(const json& value, Size size) {
  const json& stated = array(field(value, "size"), "size", 2);
  if (integer_of(stated[0], "size", 1, max_side) != size.height ||
      integer_of(stated[1], "size", 1, max_side) != size.width) {
    damaged("a mask is not of the picture's size");
  }
  try {
    return mask_from_coco_string(text_of(field(value, "counts"), "counts"), size);
  } catch (const MaskError& error) {
    damaged(std::string("\"counts\": ") + error.what());
  }
}

std::string other_fields(const json& object, std::initializer_list<std::string_view> known) {
  json others = json::object();
  for (const auto& [key, value] : object.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) others[key] = value;
  }
  return others.empty() ? std::string() : others.dump();
}

StoredAnnotation annotation_of(const json& object, Size size) {
  StoredAnnotation stored;
  Annotation& annotation = stored.annotation;
  annotation.id = integer_of(field(object, "id"), "id", 1, std::numeric_limits<std::int64_t>::max() - 1);
  annotation.class_id =
      static_cast<int>(integer_of(field(object, "class_id"), "class_id", 0, std::numeric_limits<int>::max()));
  stored.class_name = text_of(field(object, "class_name"), "class_name");
  annotation.mask = mask_of(field(object, "mask"), size);
  annotation.polygon = polygon_of(field(object, "polygon"));
  annotation.prompt = prompt_of(field(object, "prompt"));
  annotation.source = text_of(field(object, "source"), "source");
  annotation.score = number_of(field(object, "score"), "score");
  annotation.created = text_of(field(object, "created"), "created");
  const json& attributes = field(object, "attributes");
  if (!attributes.is_object()) damaged("\"attributes\" is not an object");
  for (const auto& [key, value] : attributes.items()) annotation.attributes[key] = text_of(value, "attributes");
  stored.other_fields = other_fields(object, {"id", "class_id", "class_name", "mask", "polygon", "prompt", "source",
                                              "score", "created", "attributes"});
  return stored;
}

std::string from_hex(const std::string& text) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    damaged("\"bytes\" is not hexadecimal");
  };
  if (text.size() % 2 != 0) damaged("\"bytes\" is not hexadecimal");
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) bytes += static_cast<char>(digit(text[i]) * 16 + digit(text[i + 1]));
  return bytes;
}

KeptLine kept_line_of(const json& object) {
  KeptLine kept;
  kept.line = static_cast<std::size_t>(integer_of(field(object, "line"), "line", 0, std::int64_t{1} << 40));
  kept.text =
      object.contains("bytes") ? from_hex(text_of(object["bytes"], "bytes")) : text_of(field(object, "text"), "text");
  if (kept.text.find('\n') != std::string::npos) damaged("a kept line has a line feed");
  return kept;
}

void read_size(const json& object, AnnotationDocument& document) {
  const json& size = array(field(object, "size"), "size", 2);
  document.size.width = static_cast<int>(integer_of(size[0], "size", 1, max_side));
  document.size.height = static_cast<int>(integer_of(size[1], "size", 1, max_side));
  // Runs are counted in 32 bits.
  if (std::uint64_t{1} * document.size.width * document.size.height > std::numeric_limits<std::uint32_t>::max()) {
    damaged("\"size\" is larger than any picture");
  }
}

void require_current_format(const json& object) {
  const std::int64_t format = integer_of(field(object, "format"), "format", 1, std::numeric_limits<int>::max());
  if (format > 1) {
    throw DatasetError("written by a later version (format " + std::to_string(format) +
                       ", this program knows 1); update the program");
  }
}

}  // namespace

AnnotationDocument parse_annotation_file(std::string_view text) {
  const json object = parse_json(text);
  require_current_format(object);
  AnnotationDocument document;
  document.image = text_of(field(object, "image"), "image");
  read_size(object, document);
  document.next_id = integer_of(field(object, "next_id"), "next_id", 1, std::numeric_limits<std::int64_t>::max());
  document.labels_file = text_of(field(object, "labels_file"), "labels_file");
  document.labels_hash = text_of(field(object, "labels_hash"), "labels_hash");
  document.previous_labels_hash = text_of(field(object, "previous_labels_hash"), "previous_labels_hash");
  std::unordered_set<std::int64_t> ids;
  for (const json& annotation : array(field(object, "annotations"), "annotations")) {
    document.annotations.push_back(annotation_of(annotation, document.size));
    const std::int64_t id = document.annotations.back().annotation.id;
    if (!ids.insert(id).second) damaged("the id " + std::to_string(id) + " is used twice");
    document.next_id = std::max(document.next_id, id + 1);
  }
  for (const json& line : array(field(object, "kept_lines"), "kept_lines")) {
    document.kept_lines.push_back(kept_line_of(line));
  }
  std::sort(document.kept_lines.begin(), document.kept_lines.end());
  document.other_fields = other_fields(object, {"format", "image", "size", "next_id", "labels_file", "labels_hash",
                                                "previous_labels_hash", "annotations", "kept_lines"});
  return document;
}

int count_annotations(std::string_view text) {
  try {
    return static_cast<int>(array(field(parse_json(text), "annotations"), "annotations").size());
  } catch (const AnnotationFileError&) {
    return -1;
  }
}

}  // namespace sam
