#include "dataset/formats/csv_object.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

#include "dataset/csv_reader.h"
#include "dataset/formats/number_text.h"
#include "dataset/json_text.h"

namespace sam {
namespace {

using json = nlohmann::json;

constexpr int max_depth = 8;
constexpr std::size_t max_warnings = 20;

// ---- writing

void append_ring(std::string& text, const Ring& ring) {
  text += '[';
  for (std::size_t i = 0; i < ring.size(); ++i) {
    text += i == 0 ? "[" : ",[";
    append_json_number(text, ring[i].x);
    text += ',';
    append_json_number(text, ring[i].y);
    text += ']';
  }
  text += ']';
}

// As GeoJSON writes a MultiPolygon's coordinates: parts of rings, the outer one first; but no point is repeated at the end.
std::string polygon_text(const Polygon& polygon) {
  std::string text;
  for (const PolygonPart& part : polygon) {
    text += text.empty() ? "[[" : ",[";
    append_ring(text, part.outer);
    for (const Ring& hole : part.holes) {
      text += ',';
      append_ring(text, hole);
    }
    text += ']';
  }
  return text.empty() ? text : text + "]";
}

std::string prompt_text(const StoredPrompt& prompt) {
  if (prompt == StoredPrompt{}) return {};
  json object = json::object();
  for (const Box& box : prompt.boxes) object["boxes"].push_back({box.x0, box.y0, box.x1, box.y1});
  for (const StoredPoint& point : prompt.points) {
    object["points"].push_back(json::array({point.x, point.y, point.foreground}));
  }
  if (!prompt.text.empty()) object["text"] = prompt.text;
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string attributes_text(const Annotation& annotation) {
  if (annotation.attributes.empty()) return {};
  return json(annotation.attributes).dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string number_text(double value) {
  std::string text;
  append_number(text, value);
  return text;
}

void append_row(std::string& text, const std::vector<std::string>& fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) text += ',';
    text += csv_field(fields[i]);
  }
  text += '\n';
}

// ---- reading

// Without a throw from the depths of the library: what is wrong is said by place.
json parse_json(std::string_view text, const std::string& place, const char* column) {
  bool too_deep = false;
  const auto limit_depth = [&](int depth, json::parse_event_t, json&) {
    return !(too_deep = too_deep || depth > max_depth);
  };
  json value;
  try {
    value = json::parse(text, limit_depth);
  } catch (const json::exception&) {
    throw FormatError(place, std::string(column) + " is not JSON");
  }
  if (too_deep) throw FormatError(place, std::string(column) + " is nested deeper than " + std::to_string(max_depth));
  return value;
}

double coordinate(const json& value, const std::string& place, const char* column) {
  if (!value.is_number()) throw FormatError(place, std::string(column) + " has a coordinate that is not a number");
  return checked_coordinate(value.get<double>(), place, column);
}

const json& list(const json& value, const std::string& place, const char* column, std::size_t least) {
  if (value.is_array() && value.size() >= least) return value;
  throw FormatError(place, std::string(column) + " is not made of lists as expected");
}

Ring ring_of(const json& value, const std::string& place) {
  Ring ring;
  for (const json& point : list(value, place, "polygon", 0)) {
    list(point, place, "polygon", 2);
    ring.push_back({coordinate(point[0], place, "polygon"), coordinate(point[1], place, "polygon")});
  }
  return ring;
}

Polygon polygon_of(std::string_view text, const std::string& place) {
  Polygon polygon;
  const json parts = parse_json(text, place, "polygon");
  for (const json& part : list(parts, place, "polygon", 0)) {
    PolygonPart& made = polygon.emplace_back();
    made.outer = ring_of(list(part, place, "polygon", 1)[0], place);
    for (std::size_t i = 1; i < part.size(); ++i) made.holes.push_back(ring_of(part[i], place));
  }
  return polygon;
}

StoredPrompt prompt_of(std::string_view text, const std::string& place) {
  StoredPrompt prompt;
  json object = parse_json(text, place, "prompt");
  if (!object.is_object()) throw FormatError(place, "prompt is not an object");
  for (const json& box : object.value("boxes", json::array())) {
    list(box, place, "prompt", 4);
    const auto at = [&](std::size_t i) { return coordinate(box[i], place, "prompt"); };
    prompt.boxes.push_back({at(0), at(1), at(2), at(3)});
  }
  for (const json& point : object.value("points", json::array())) {
    list(point, place, "prompt", 3);
    if (!point[2].is_boolean()) throw FormatError(place, "prompt has a point that is neither true nor false");
    prompt.points.push_back(
        {coordinate(point[0], place, "prompt"), coordinate(point[1], place, "prompt"), point[2].get<bool>()});
  }
  if (object.contains("text") && object["text"].is_string()) prompt.text = object["text"].get<std::string>();
  return prompt;
}

std::map<std::string, std::string> attributes_of(std::string_view text, const std::string& place) {
  std::map<std::string, std::string> attributes;
  const json object = parse_json(text, place, "attributes");
  if (!object.is_object()) throw FormatError(place, "attributes is not an object");
  for (const auto& [key, value] : object.items())
    attributes[key] = value.is_string() ? value.get<std::string>() : value.dump();
  return attributes;
}

// The decimal point of tables with ";" is often a comma.
double number_of(std::string_view text, char separator, const std::string& place, const char* column) {
  std::string point(text);
  if (separator == ';') std::replace(point.begin(), point.end(), ',', '.');
  return parse_coordinate(point, place, column);
}

class RowReader {
 public:
  RowReader(const CsvHeader& header, const std::vector<std::string>& fields, const std::string& place)
      : header_(header), fields_(fields), place_(place) {}

  std::string_view field(CsvColumn column) const { return header_.field(fields_, column); }
  std::string text(CsvColumn column) const { return unguard_formula(field(column)); }
  double number(CsvColumn column, const char* name) const {
    return number_of(field(column), header_.separator(), place_, name);
  }

  void read_size(DatasetPicture& picture) const {
    if (field(CsvColumn::width).empty() || field(CsvColumn::height).empty()) return;
    const Size size = checked_size(number(CsvColumn::width, "width"), number(CsvColumn::height, "height"), place_);
    if (!picture.annotations.empty() && picture.size != size) {
      throw FormatError(place_, "the picture has another size than in the rows before");
    }
    picture.size = size;
  }

  std::int64_t id() const {
    const std::string_view word = field(CsvColumn::id);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    return error == std::errc() && end == word.data() + word.size() && value > 0 ? value : 0;
  }

  // Nothing to show for it: false.
  bool read_shape(Size size, Annotation& annotation) const {
    if (const std::string rle = text(CsvColumn::rle); !rle.empty()) {
      if (size == Size{}) throw FormatError(place_, "rle without width and height of the picture");
      try {
        annotation.mask = mask_from_coco_string(rle, size);
      } catch (const MaskError& error) {
        throw FormatError(place_, std::string("rle: ") + error.what());
      }
    }
    if (!field(CsvColumn::polygon).empty()) annotation.polygon = polygon_of(field(CsvColumn::polygon), place_);
    if (!annotation.mask.runs.empty() || !annotation.polygon.empty()) return true;
    const Box box{number(CsvColumn::x0, "x0"), number(CsvColumn::y0, "y0"), number(CsvColumn::x1, "x1"),
                  number(CsvColumn::y1, "y1")};
    if (!(box.x0 < box.x1 && box.y0 < box.y1)) return false;
    annotation.polygon = {{{{box.x0, box.y0}, {box.x1, box.y0}, {box.x1, box.y1}, {box.x0, box.y1}}, {}}};
    if (field(CsvColumn::prompt).empty()) annotation.prompt.boxes = {box};
    return true;
  }

 private:
  const CsvHeader& header_;
  const std::vector<std::string>& fields_;
  const std::string& place_;
};

}  // namespace

std::string format_csv_rows(const DatasetPicture& picture) {
  std::string text;
  const std::vector<std::string> start = {guard_formula(picture.name), guard_formula(picture.subset),
                                          std::to_string(picture.size.width), std::to_string(picture.size.height)};
  for (const StoredAnnotation& stored : picture.annotations) {
    const Annotation& annotation = stored.annotation;
    const Box box = mask_box(annotation.mask);
    std::vector<std::string> fields = start;
    fields.push_back(std::to_string(annotation.id));
    fields.push_back(guard_formula(stored.class_name));
    for (double side : {box.x0, box.y0, box.x1, box.y1}) fields.push_back(number_text(side));
    fields.push_back(std::to_string(mask_area(annotation.mask)));
    fields.push_back(annotation.score == 0 ? "" : number_text(annotation.score));
    fields.push_back(guard_formula(annotation.source));
    fields.push_back(guard_formula(annotation.created));
    fields.push_back(guard_formula(mask_to_coco_string(annotation.mask)));
    fields.push_back(polygon_text(annotation.polygon));
    fields.push_back(prompt_text(annotation.prompt));
    fields.push_back(attributes_text(annotation));
    append_row(text, fields);
  }
  if (picture.annotations.empty()) {
    std::vector<std::string> fields = start;
    fields.resize(static_cast<std::size_t>(CsvColumn::count));
    append_row(text, fields);
  }
  return text;
}

void add_csv_row(const CsvHeader& header, const std::vector<std::string>& fields, const std::string& place,
                 DatasetPicture& picture) {
  const RowReader row(header, fields, place);
  row.read_size(picture);
  StoredAnnotation stored;
  stored.class_name = row.text(CsvColumn::class_name);
  if (stored.class_name.empty()) return;
  Annotation& annotation = stored.annotation;
  annotation.id = row.id();
  if (!row.field(CsvColumn::prompt).empty()) annotation.prompt = prompt_of(row.field(CsvColumn::prompt), place);
  if (!row.field(CsvColumn::attributes).empty()) {
    annotation.attributes = attributes_of(row.field(CsvColumn::attributes), place);
  }
  if (!row.field(CsvColumn::score).empty()) annotation.score = row.number(CsvColumn::score, "score");
  annotation.source = row.text(CsvColumn::source);
  annotation.created = row.text(CsvColumn::created);
  if (row.read_shape(picture.size, annotation)) {
    picture.annotations.push_back(std::move(stored));
  } else if (picture.warnings.size() < max_warnings) {
    picture.warnings.push_back(place + ": a box without area; left out");
  }
}

}  // namespace sam
