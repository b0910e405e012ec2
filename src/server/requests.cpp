#include "server/requests.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "server/problem.h"

namespace sam {
namespace {

using nlohmann::json;

constexpr int max_depth = 8;
constexpr std::size_t max_values = 100'000;  // objects, lists and plain values in one request
// Of an edit, which may bring a polygon: a vertex is a list of two numbers, with its end.
constexpr std::size_t max_edit_values = 4 * max_vertices + max_values;
constexpr std::size_t max_window_bytes = 100;
constexpr std::size_t max_points = 1000;
constexpr std::size_t max_short_text = 4096;

[[noreturn]] void refuse(const std::string& field, const std::string& expected) {
  throw RequestError("'" + field + "' must be " + expected, 422);
}

json parse_json(std::string_view body, std::size_t most_values = max_values) {
  std::size_t values = 0;
  const auto count = [&values, most_values](int depth, json::parse_event_t, json&) {
    if (depth > max_depth) throw RequestError("the JSON is nested deeper than " + std::to_string(max_depth), 422);
    if (++values > most_values) {
      throw RequestError("the JSON has more than " + std::to_string(most_values) + " values", 422);
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

std::int64_t id(const json& edit) {
  return integer(required(edit, "id"), "id", 0, std::numeric_limits<std::int64_t>::max());
}

double optional_number(const json& object, const char* field, double otherwise = 0) {
  return object.contains(field) ? number(object[field], field) : otherwise;
}

std::optional<bool> optional_boolean(const json& object, const char* field) {
  return object.contains(field) ? std::optional(boolean(object[field], field)) : std::nullopt;
}

StoredPrompt prompt(const json& edit) {
  const json& given = edit["prompt"];
  if (!given.is_object()) refuse("prompt", "an object");
  return {boxes(given), points(given), ""};
}

Ring ring(const json& list, const char* field) {
  if (!list.is_array()) refuse(field, "a list of [x, y]");
  Ring result;
  result.reserve(list.size());
  for (const json& point : list) {
    if (!point.is_array() || point.size() != 2) refuse(field, "a list of [x, y]");
    result.push_back({number(point[0], field), number(point[1], field)});
  }
  return result;
}

Polygon polygon(const json& edit) {
  const json& given = required(edit, "polygon");
  if (!given.is_array()) refuse("polygon", "a list of {outer, holes}");
  Polygon result;
  for (const json& part : given) {
    if (!part.is_object()) refuse("polygon", "a list of {outer, holes}");
    PolygonPart& made = result.emplace_back();
    made.outer = ring(required(part, "outer"), "outer");
    const json& holes = required(part, "holes");
    if (!holes.is_array()) refuse("holes", "a list of lists of [x, y]");
    for (const json& hole : holes) made.holes.push_back(ring(hole, "holes"));
  }
  return result;
}

std::string rle(const json& edit) {
  std::string given = text(required(edit, "rle"), "rle", std::numeric_limits<std::size_t>::max());
  if (given.empty()) refuse("rle", "run lengths, and not empty");
  return given;
}

Edit add_of(const json& edit) {
  if (edit.contains("rle") == edit.contains("polygon")) {
    throw RequestError("an object is added with 'rle' or with 'polygon': one of them must be there", 422);
  }
  AddAnnotation add;
  add.class_id = class_id(edit);
  if (edit.contains("rle")) add.rle = rle(edit);
  if (edit.contains("polygon")) add.polygon = polygon(edit);
  add.score = optional_number(edit, "score");
  add.seconds = optional_number(edit, "seconds");
  if (edit.contains("prompt")) add.prompt = prompt(edit);
  return add;
}

Edit set_mask_of(const json& edit) {
  SetMask set{id(edit), rle(edit), optional_number(edit, "score"), std::nullopt, std::nullopt};
  if (edit.contains("class_id")) set.class_id = class_id(edit);
  if (edit.contains("prompt")) set.prompt = prompt(edit);
  return set;
}

Edit paint_of(const json& edit) {
  Paint paint;
  if (edit.contains("id") && !edit["id"].is_null()) paint.id = id(edit);
  if (!paint.id) paint.class_id = class_id(edit);
  paint.points = ring(required(edit, "points"), "points");
  paint.radius_px = number(required(edit, "radius"), "radius");
  paint.erase = optional_boolean(edit, "erase").value_or(false);
  paint.seconds = optional_number(edit, "seconds");
  return paint;
}

std::uint64_t below(const json& edit) {
  return static_cast<std::uint64_t>(
      integer(required(edit, "below"), "below", 0, std::numeric_limits<std::uint32_t>::max()));
}

Edit reorder_of(const json& edit) {
  using To = ReorderAnnotations::To;
  const std::string to = text(required(edit, "to"), "to");
  for (const auto& [name, value] : {std::pair("front", To::front), std::pair("back", To::back),
                                    std::pair("forward", To::forward), std::pair("backward", To::backward)}) {
    if (to == name) return ReorderAnnotations{ids(edit), value};
  }
  refuse("to", "one of front, back, forward, backward");
}

Edit review_of(const json& edit) {
  ReviewAnnotations review{ids(edit), std::nullopt, std::nullopt};
  if (edit.contains("review")) {
    review.review = review_of_name(text(edit["review"], "review"));
    if (!review.review) refuse("review", "one of proposed, accepted, rejected, or empty");
  }
  if (edit.contains("note")) review.note = text(edit["note"], "note", 4 * max_note_characters);
  return review;
}

using EditParser = Edit (*)(const json& edit);

// In the order in which a refusal names them.
constexpr std::pair<const char*, EditParser> edit_parsers[] = {
    {"add", add_of},
    {"set_mask", set_mask_of},
    {"set_polygon", [](const json& e) -> Edit { return SetPolygon{id(e), polygon(e)}; }},
    {"paint", paint_of},
    {"merge", [](const json& e) -> Edit { return MergeAnnotations{ids(e)}; }},
    {"subtract", [](const json& e) -> Edit { return SubtractAnnotations{id(e), ids(e)}; }},
    {"fill_holes", [](const json& e) -> Edit { return FillHoles{ids(e), below(e)}; }},
    {"drop_specks", [](const json& e) -> Edit { return DropSpecks{ids(e), below(e)}; }},
    {"simplify",
     [](const json& e) -> Edit { return SimplifyOutlines{ids(e), number(required(e, "tolerance"), "tolerance")}; }},
    {"order", reorder_of},
    {"copy", [](const json& e) -> Edit { return CopyAnnotations{text(required(e, "from"), "from"), ids(e)}; }},
    {"review", review_of},
    {"mark",
     [](const json& e) -> Edit { return MarkPicture{optional_boolean(e, "reviewed"), optional_boolean(e, "faulty")}; }},
    {"delete", [](const json& e) -> Edit { return DeleteAnnotations{ids(e)}; }},
    {"set_class", [](const json& e) -> Edit { return SetClass{ids(e), class_id(e)}; }},
    {"clear", [](const json&) -> Edit { return ClearAnnotations{}; }},
    {"undo", [](const json&) -> Edit { return Undo{}; }},
    {"redo", [](const json&) -> Edit { return Redo{}; }},
};

Edit edit_of(const json& edit) {
  if (!edit.is_object()) refuse("edit", "an object");
  const std::string type = text(required(edit, "type"), "type");
  std::string names;
  for (const auto& [name, parse] : edit_parsers) {
    if (type == name) return parse(edit);
    names += std::string(names.empty() ? "" : ", ") + name;
  }
  refuse("type", "one of " + names);
}

Overlap overlap_of(const json& request) {
  if (!request.contains("overlap")) return Overlap::allow;
  const std::string name = text(request["overlap"], "overlap");
  if (name == "allow") return Overlap::allow;
  if (name == "newer") return Overlap::newer;
  if (name == "older") return Overlap::older;
  refuse("overlap", "one of allow, newer, older");
}

std::string optional_text(const json& object, const char* field, std::size_t max_size = max_short_text) {
  return object.contains(field) ? text(object[field], field, max_size) : std::string();
}

std::string window_of(const json& request) {
  return optional_text(request, "window", max_window_bytes);
}

}  // namespace

EditRequest parse_edit_request(std::string_view body) {
  const json value = parse_json(body, max_edit_values);
  return {text(required(value, "revision"), "revision"),
          window_of(value),
          edit_of(required(value, "edit")),
          {overlap_of(value), optional_text(value, "edit_id", max_edit_id_bytes), optional_text(value, "class_name")},
          optional_boolean(value, "held").value_or(false)};
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

CurrentRequest parse_current_request(std::string_view body) {
  const json value = parse_json(body);
  return {text(required(value, "name"), "name"), window_of(value), optional_boolean(value, "held").value_or(false)};
}

std::string parse_holder_request(std::string_view body) {
  std::string window = text(required(parse_json(body), "window"), "window", max_window_bytes);
  if (window.empty()) refuse("window", "the window's id");
  return window;
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

VisualizationOptions parse_visualization_request(std::string_view body) {
  const json object = parse_json(body);
  VisualizationOptions options;
  const auto view = mask_view_of(text(required(object, "view"), "view"));
  if (!view) refuse("view", "overlay, masked, side_by_side or contours");
  options.view = *view;
  if (object.contains("opacity")) {
    options.opacity = number(object["opacity"], "opacity");
    if (options.opacity < 0 || options.opacity > 1) refuse("opacity", "a number from 0 to 1");
  }
  if (object.contains("labels")) options.labels = boolean(object["labels"], "labels");
  return options;
}

std::string parse_save_request(std::string_view body) {
  return body.empty() ? std::string() : window_of(parse_json(body));
}

}  // namespace sam
