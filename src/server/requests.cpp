#include "server/requests.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "server/problem.h"

namespace sam {
namespace {

using nlohmann::json;

constexpr int max_depth = 8;
constexpr std::size_t max_values = 100'000;  // objects, lists and plain values in one request
constexpr std::size_t max_points = 1000;
constexpr std::size_t max_short_text = 4096;

[[noreturn]] void refuse(const std::string& field, const std::string& expected) {
  throw RequestError("'" + field + "' must be " + expected, 422);
}

json parse_json(std::string_view body) {
  std::size_t values = 0;
  const auto count = [&values](int depth, json::parse_event_t, json&) {
    if (depth > max_depth) throw RequestError("the JSON is nested deeper than " + std::to_string(max_depth), 422);
    if (++values > max_values) {
      throw RequestError("the JSON has more than " + std::to_string(max_values) + " values", 422);
    }
    return true;
  };
  try {
    json value = json::parse(body, count);
    if (!value.is_object()) throw RequestError("the body must be a JSON object", 422);
    return value;
  } catch (const json::exception& error) {
    throw RequestError(std::string("the body is not JSON: ") + error.what());
  }
}

const json& required(const json& object, const char* field) {
  const auto found = object.find(field);
  if (found == object.end()) throw RequestError(std::string("'") + field + "' is missing", 422);
  return *found;
}

std::string text(const json& value, const std::string& field, std::size_t max_size = max_short_text) {
  if (!value.is_string()) refuse(field, "a string");
  const auto& string = value.get_ref<const std::string&>();
  if (string.size() > max_size) refuse(field, "at most " + std::to_string(max_size) + " bytes long");
  return string;
}

double number(const json& value, const std::string& field) {
  if (!value.is_number()) refuse(field, "a number");
  const double result = value.get<double>();
  if (!std::isfinite(result)) refuse(field, "a finite number");
  return result;
}

std::int64_t integer(const json& value, const std::string& field, std::int64_t least, std::int64_t most) {
  const std::string expected = "an integer from " + std::to_string(least) + " to " + std::to_string(most);
  if (!value.is_number_integer()) refuse(field, expected);
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > static_cast<std::uint64_t>(most)) {
    refuse(field, expected);
  }
  const auto result = value.get<std::int64_t>();
  if (result < least || result > most) refuse(field, expected);
  return result;
}

int class_id(const json& edit) {
  return static_cast<int>(integer(required(edit, "class_id"), "class_id", 0, std::numeric_limits<int>::max()));
}

bool boolean(const json& value, const std::string& field) {
  if (!value.is_boolean()) refuse(field, "true or false");
  return value.get<bool>();
}

// The list in a field; an empty one if the field is missing.
json list(const json& object, const char* field) {
  const auto found = object.find(field);
  if (found == object.end()) return json::array();
  if (!found->is_array()) refuse(field, "a list");
  if (found->size() > max_points) refuse(field, "a list of at most " + std::to_string(max_points));
  return *found;
}

std::vector<Box> boxes(const json& object) {
  std::vector<Box> result;
  for (const json& box : list(object, "boxes")) {
    if (!box.is_array() || box.size() != 4) refuse("boxes", "a list of [x0, y0, x1, y1]");
    result.push_back(
        {number(box[0], "boxes"), number(box[1], "boxes"), number(box[2], "boxes"), number(box[3], "boxes")});
  }
  return result;
}

std::vector<StoredPoint> points(const json& object) {
  std::vector<StoredPoint> result;
  for (const json& point : list(object, "points")) {
    if (!point.is_object()) refuse("points", "a list of {x, y, foreground}");
    result.push_back({number(required(point, "x"), "x"), number(required(point, "y"), "y"),
                      boolean(required(point, "foreground"), "foreground")});
  }
  return result;
}

std::vector<std::int64_t> ids(const json& edit) {
  const json& given = required(edit, "ids");
  if (!given.is_array()) refuse("ids", "a list of integers");
  std::vector<std::int64_t> result;
  for (const json& id : given) result.push_back(integer(id, "ids", 0, std::numeric_limits<std::int64_t>::max()));
  return result;
}

AddAnnotation add_of(const json& edit) {
  AddAnnotation add;
  add.class_id = class_id(edit);
  add.rle = text(required(edit, "rle"), "rle", std::numeric_limits<std::size_t>::max());
  if (edit.contains("score")) add.score = number(edit["score"], "score");
  if (edit.contains("prompt")) {
    const json& prompt = edit["prompt"];
    if (!prompt.is_object()) refuse("prompt", "an object");
    add.prompt.boxes = boxes(prompt);
    add.prompt.points = points(prompt);
  }
  return add;
}

Edit edit_of(const json& edit) {
  if (!edit.is_object()) refuse("edit", "an object");
  const std::string type = text(required(edit, "type"), "type");
  if (type == "add") return add_of(edit);
  if (type == "delete") return DeleteAnnotations{ids(edit)};
  if (type == "set_class") return SetClass{ids(edit), class_id(edit)};
  if (type == "clear") return ClearAnnotations{};
  if (type == "undo") return Undo{};
  if (type == "redo") return Redo{};
  refuse("type", "one of add, delete, set_class, clear, undo, redo");
}

std::string optional_text(const json& object, const char* field) {
  return object.contains(field) ? text(object[field], field) : std::string();
}

}  // namespace

EditRequest parse_edit_request(std::string_view body) {
  const json value = parse_json(body);
  return {text(required(value, "revision"), "revision"), optional_text(value, "window"),
          edit_of(required(value, "edit"))};
}

SegmentRequest parse_segment_request(std::string_view body) {
  const json value = parse_json(body);
  SegmentRequest request;
  request.boxes = boxes(value);
  for (const StoredPoint& point : points(value)) request.points.push_back({{point.x, point.y}, point.foreground});
  if (value.contains("mask_input") && !value["mask_input"].is_null()) {
    request.mask_input_key = text(value["mask_input"], "mask_input");
  }
  if (value.contains("multimask")) request.multimask = boolean(value["multimask"], "multimask");
  if (value.contains("refine_edges")) request.refine_edges = boolean(value["refine_edges"], "refine_edges");
  if (value.contains("preview")) request.preview = boolean(value["preview"], "preview");
  return request;
}

std::string parse_current_request(std::string_view body) {
  const json value = parse_json(body);
  return text(required(value, "name"), "name");
}

PredictorChoice parse_predictor_request(std::string_view body) {
  const json value = parse_json(body);
  const std::string use = text(required(value, "use"), "use");
  if (use == "model") return PredictorChoice::model;
  if (use == "grabcut") return PredictorChoice::fallback;
  throw RequestError("'use' must be \"model\" or \"grabcut\"", 422);
}

bool parse_clear_request(std::string_view body) {
  const json value = parse_json(body);
  return boolean(required(value, "keep_current"), "keep_current");
}

bool parse_memory_settings(std::string_view body) {
  const json value = parse_json(body);
  return boolean(required(value, "prepare_ahead"), "prepare_ahead");
}

std::string parse_save_request(std::string_view body) {
  return body.empty() ? std::string() : optional_text(parse_json(body), "window");
}

}  // namespace sam
