#include "dataset/annotation_file.h"

#include <nlohmann/json.hpp>

#include "dataset/utf8.h"

namespace sam {
namespace {

using json = nlohmann::ordered_json;

// Text that is not UTF-8 (a class name from a caller) loses its bad bytes rather than the save.
std::string dump(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

json to_json(const Ring& ring) {
  json points = json::array();
  for (const Point& point : ring) points.push_back({point.x, point.y});
  return points;
}

json to_json(const Polygon& polygon) {
  json parts = json::array();
  for (const PolygonPart& part : polygon) {
    json holes = json::array();
    for (const Ring& hole : part.holes) holes.push_back(to_json(hole));
    parts.push_back({{"outer", to_json(part.outer)}, {"holes", std::move(holes)}});
  }
  return parts;
}

json to_json(const StoredPrompt& prompt) {
  json boxes = json::array();
  for (const Box& box : prompt.boxes) boxes.push_back({box.x0, box.y0, box.x1, box.y1});
  json points = json::array();
  for (const StoredPoint& point : prompt.points) points.push_back(json::array({point.x, point.y, point.foreground}));
  return {{"boxes", std::move(boxes)}, {"points", std::move(points)}, {"text", prompt.text}};
}

// Appends the fields of text, a JSON object or nothing, that object does not have.
void add_other_fields(json& object, const std::string& text) {
  if (text.empty()) return;
  const json others = json::parse(text);
  for (const auto& [key, value] : others.items()) {
    if (!object.contains(key)) object[key] = value;
  }
}

json to_json(const StoredAnnotation& stored) {
  const Annotation& annotation = stored.annotation;
  json object;
  object["id"] = annotation.id;
  object["class_id"] = annotation.class_id;
  object["class_name"] = stored.class_name;
  object["mask"] = {{"size", {annotation.mask.size.height, annotation.mask.size.width}},
                    {"counts", mask_to_coco_string(annotation.mask)}};
  object["polygon"] = to_json(annotation.polygon);
  object["prompt"] = to_json(annotation.prompt);
  object["source"] = annotation.source;
  object["score"] = annotation.score;
  object["created"] = annotation.created;
  object["attributes"] = json::object();
  for (const auto& [key, value] : annotation.attributes) object["attributes"][key] = value;
  add_other_fields(object, stored.other_fields);
  return object;
}

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (unsigned char byte : bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

json to_json(const KeptLine& kept) {
  json object;
  object["line"] = kept.line;
  if (is_utf8(kept.text)) {
    object["text"] = kept.text;
  } else {
    object["bytes"] = to_hex(kept.text);
  }
  return object;
}

// One element a line, so that version control shows what changed.
template <typename Element>
std::string lines_of(const std::vector<Element>& elements) {
  std::string text = "[";
  const char* separator = "\n    ";
  for (const Element& element : elements) {
    text += separator + dump(to_json(element));
    separator = ",\n    ";
  }
  return text + (elements.empty() ? "]" : "\n  ]");
}

}  // namespace

std::string format_annotation_file(const AnnotationDocument& document) {
  std::string text = "{\n  \"format\": 1";
  const auto field = [&](const std::string& key, const std::string& value) {
    text += ",\n  " + dump(key) + ": " + value;
  };
  field("image", dump(document.image));
  field("size", dump({document.size.width, document.size.height}));
  field("next_id", dump(document.next_id));
  field("labels_file", dump(document.labels_file));
  field("labels_hash", dump(document.labels_hash));
  field("previous_labels_hash", dump(document.previous_labels_hash));
  field("annotations", lines_of(document.annotations));
  field("kept_lines", lines_of(document.kept_lines));
  if (!document.other_fields.empty()) {
    const json others = json::parse(document.other_fields);
    for (const auto& [key, value] : others.items()) field(key, dump(value));
  }
  return text + "\n}\n";
}

}  // namespace sam
