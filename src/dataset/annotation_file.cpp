#include "dataset/annotation_file.h"

#include <cmath>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "dataset/json_text.h"
#include "dataset/other_fields.h"
#include "dataset/utf8.h"

namespace sam {
namespace {

// Files of before must not change: numbers go on being written as nlohmann does.
void append_number(std::string& out, double value) {
  if (std::isfinite(value)) {
    append_nlohmann_number(out, value);
  } else {
    out += "null";
  }
}

// Appends "[", what append(element) appends for each with commas between, and "]".
template <typename Elements, typename Append>
void append_list(std::string& out, const Elements& elements, Append append) {
  out += '[';
  bool first = true;
  for (const auto& element : elements) {
    if (!first) out += ',';
    first = false;
    append(element);
  }
  out += ']';
}

void append_numbers(std::string& out, std::initializer_list<double> numbers) {
  append_list(out, numbers, [&](double each) { append_number(out, each); });
}

void append_ring(std::string& out, const Ring& ring) {
  append_list(out, ring, [&](const Point& point) { append_numbers(out, {point.x, point.y}); });
}

void append_polygon(std::string& out, const Polygon& polygon) {
  append_list(out, polygon, [&](const PolygonPart& part) {
    out += "{\"outer\":";
    append_ring(out, part.outer);
    out += ",\"holes\":";
    append_list(out, part.holes, [&](const Ring& hole) { append_ring(out, hole); });
    out += '}';
  });
}

void append_prompt(std::string& out, const StoredPrompt& prompt) {
  out += "{\"boxes\":";
  append_list(out, prompt.boxes, [&](const Box& box) { append_numbers(out, {box.x0, box.y0, box.x1, box.y1}); });
  out += ",\"points\":";
  append_list(out, prompt.points, [&](const StoredPoint& point) {
    out += '[';
    append_number(out, point.x);
    out += ',';
    append_number(out, point.y);
    out += point.foreground ? ",true]" : ",false]";
  });
  out += ",\"text\":";
  append_json_string(out, prompt.text);
  out += '}';
}

void append_mask(std::string& out, const Mask& mask) {
  out += "{\"size\":[";
  append_json_number(out, std::int64_t{mask.size.height});
  out += ',';
  append_json_number(out, std::int64_t{mask.size.width});
  out += "],\"counts\":";
  append_json_string(out, mask_to_coco_string(mask));
  out += '}';
}

void append_attributes(std::string& out, const std::map<std::string, std::string>& attributes) {
  char separator = '{';
  for (const auto& [key, value] : attributes) {
    out += separator;
    append_json_string(out, key);
    out += ':';
    append_json_string(out, value);
    separator = ',';
  }
  out += attributes.empty() ? "{}" : "}";
}

// Those that are not set are not written: files of before stay as they are, to the byte.
void append_review(std::string& out, const Annotation& annotation) {
  if (annotation.review != Review::none) {
    out += ",\"review\":";
    append_json_string(out, review_name(annotation.review));
  }
  if (!annotation.note.empty()) {
    out += ",\"note\":";
    append_json_string(out, annotation.note);
  }
  if (annotation.seconds != 0) {
    out += ",\"seconds\":";
    append_number(out, annotation.seconds);
  }
}

// A field that is not written as ours may be somebody else's of that name.
bool is_written(const Annotation& annotation, std::string_view name) {
  if (name == "review") return annotation.review != Review::none;
  if (name == "note") return !annotation.note.empty();
  return name == "seconds" && annotation.seconds != 0;
}

void append_annotation(std::string& out, const StoredAnnotation& stored) {
  static constexpr std::string_view names[] = {"id",     "class_id", "class_name", "mask",    "polygon",
                                               "prompt", "source",   "score",      "created", "attributes"};
  const Annotation& annotation = stored.annotation;
  out += "{\"id\":";
  append_json_number(out, annotation.id);
  out += ",\"class_id\":";
  append_json_number(out, std::int64_t{annotation.class_id});
  out += ",\"class_name\":";
  append_json_string(out, stored.class_name);
  out += ",\"mask\":";
  append_mask(out, annotation.mask);
  out += ",\"polygon\":";
  append_polygon(out, annotation.polygon);
  out += ",\"prompt\":";
  append_prompt(out, annotation.prompt);
  out += ",\"source\":";
  append_json_string(out, annotation.source);
  out += ",\"score\":";
  append_number(out, annotation.score);
  out += ",\"created\":";
  append_json_string(out, annotation.created);
  out += ",\"attributes\":";
  append_attributes(out, annotation.attributes);
  append_review(out, annotation);
  for_other_fields(stored.other_fields, names, [&](const std::string& name, const std::string& value) {
    if (is_written(annotation, name)) return;
    out += ',';
    append_json_string(out, name);
    out += ':';
    out += value;
  });
  out += '}';
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

void append_kept_line(std::string& out, const KeptLine& kept) {
  out += "{\"line\":";
  append_json_number(out, static_cast<std::int64_t>(kept.line));
  const bool is_text = is_utf8(kept.text);
  out += is_text ? ",\"text\":" : ",\"bytes\":";
  append_json_string(out, is_text ? kept.text : to_hex(kept.text));
  out += '}';
}

// One element a line, so that version control shows what changed.
template <typename Element>
void append_lines(std::string& out, const std::vector<Element>& elements,
                  void (*append)(std::string&, const Element&)) {
  out += '[';
  const char* separator = "\n    ";
  for (const Element& element : elements) {
    out += separator;
    append(out, element);
    separator = ",\n    ";
  }
  out += elements.empty() ? "]" : "\n  ]";
}

}  // namespace

std::string format_annotation_file(const AnnotationDocument& document) {
  std::string text = "{\n  \"format\": 1";
  const auto name = [&](std::string_view key) {
    text += ",\n  ";
    append_json_string(text, key);
    text += ": ";
  };
  const auto text_field = [&](std::string_view key, const std::string& value) {
    name(key);
    append_json_string(text, value);
  };
  text_field("image", document.image);
  name("size");
  text += '[' + std::to_string(document.size.width) + ',' + std::to_string(document.size.height) + ']';
  name("next_id");
  append_json_number(text, document.next_id);
  for (const auto& [key, is_set] : {std::pair("reviewed", document.reviewed), std::pair("faulty", document.faulty)}) {
    if (!is_set) continue;
    name(key);
    text += "true";
  }
  text_field("labels_file", document.labels_file);
  text_field("labels_hash", document.labels_hash);
  text_field("previous_labels_hash", document.previous_labels_hash);
  name("annotations");
  append_lines(text, document.annotations, append_annotation);
  name("kept_lines");
  append_lines(text, document.kept_lines, append_kept_line);
  for_other_fields(document.other_fields, {}, [&](const std::string& key, const std::string& value) {
    if ((key == "reviewed" && document.reviewed) || (key == "faulty" && document.faulty)) return;
    name(key);
    text += value;
  });
  return text + "\n}\n";
}

}  // namespace sam
