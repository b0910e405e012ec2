#include "server/job_requests.h"

#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <utility>

#include "server/problem.h"

namespace sam {
namespace {

using nlohmann::json;

constexpr int max_depth = 8;
constexpr std::size_t max_values = 1000;
constexpr std::size_t max_text_bytes = 4096;

[[noreturn]] void refuse(const char* field, const std::string& expected) {
  throw RequestError("'" + std::string(field) + "' must be " + expected, 422);
}

// Null if it is not there, or null.
const json* find(const json& object, const char* field) {
  const auto found = object.find(field);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::string number_text(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", number);
  return text;
}

json parse_json_body(std::string_view body) {
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

bool has_field(const json& object, const char* field) {
  return find(object, field) != nullptr;
}

std::string text_field(const json& object, const char* field, const std::string& fallback) {
  const json* value = find(object, field);
  if (value == nullptr) return fallback;
  if (!value->is_string()) refuse(field, "a string");
  const auto& text = value->get_ref<const std::string&>();
  if (text.size() > max_text_bytes) refuse(field, "at most " + std::to_string(max_text_bytes) + " bytes long");
  if (text.find('\0') != std::string::npos) refuse(field, "text without a NUL");
  return text;
}

bool bool_field(const json& object, const char* field, bool fallback) {
  const json* value = find(object, field);
  if (value == nullptr) return fallback;
  if (!value->is_boolean()) refuse(field, "true or false");
  return value->get<bool>();
}

double number_field(const json& object, const char* field, double fallback, double least, double most) {
  const json* value = find(object, field);
  if (value == nullptr) return fallback;
  const double number = value->is_number() ? value->get<double>() : NAN;
  if (!(number >= least && number <= most)) {
    refuse(field, "a number from " + number_text(least) + " to " + number_text(most));
  }
  return number;
}

std::int64_t integer_field(const json& object, const char* field, std::int64_t fallback, std::int64_t least,
                           std::int64_t most) {
  const json* value = find(object, field);
  if (value == nullptr) return fallback;
  const bool too_large = value->is_number_unsigned() && value->get<std::uint64_t>() > static_cast<std::uint64_t>(most);
  const std::int64_t number = value->is_number_integer() && !too_large ? value->get<std::int64_t>() : least - 1;
  if (number < least || number > most) {
    refuse(field, "an integer from " + std::to_string(least) + " to " + std::to_string(most));
  }
  return number;
}

// One of the words; the first if the field is not there and may be left out.
template <typename Value, std::size_t count>
Value word_field(const json& object, const char* field, const std::pair<const char*, Value> (&words)[count],
                 bool may_be_missing) {
  const std::string given = text_field(object, field, may_be_missing ? words[0].first : "");
  std::string allowed;
  for (const auto& [word, value] : words) {
    if (given == word) return value;
    allowed += (allowed.empty() ? "" : ", ") + std::string(word);
  }
  throw RequestError("'" + std::string(field) + "' must be one of " + allowed, 422);
}

std::string required_text(const json& object, const char* field) {
  const std::string text = text_field(object, field, "");
  if (text.empty()) throw RequestError("'" + std::string(field) + "' is missing", 422);
  return text;
}

ExportAsked export_of(const json& object) {
  ExportAsked asked;
  asked.format = required_text(object, "format");
  asked.path = required_text(object, "path");
  asked.overwrite = bool_field(object, "overwrite", false);
  asked.photos = bool_field(object, "photos", true);
  asked.exact_masks = bool_field(object, "exact_masks", false);
  asked.accepted_only = bool_field(object, "accepted_only", false);
  return asked;
}

ImportAsked import_of(const json& object) {
  constexpr std::pair<const char*, OnConflict> conflicts[] = {{"refuse", OnConflict::refuse},
                                                              {"keep", OnConflict::keep},
                                                              {"replace", OnConflict::replace},
                                                              {"merge", OnConflict::merge}};
  ImportAsked asked;
  asked.format = text_field(object, "format", "");
  asked.path = required_text(object, "path");
  asked.photos = bool_field(object, "photos", true);
  asked.on_conflict = word_field(object, "on_conflict", conflicts, true);
  asked.proposals = bool_field(object, "proposals", false);
  asked.empty_as_new = bool_field(object, "empty_as_new", false);
  asked.dry_run = bool_field(object, "dry_run", false);
  return asked;
}

ClassesAsked classes_of(const json& object) {
  using Change = ClassesAsked::Change;
  constexpr std::pair<const char*, Change> changes[] = {
      {"add", Change::add}, {"rename", Change::rename}, {"merge", Change::merge}};
  ClassesAsked asked;
  asked.change = word_field(object, "change", changes, false);
  asked.name = required_text(object, "name");
  if (asked.change != Change::add) asked.to = required_text(object, "to");
  asked.dry_run = bool_field(object, "dry_run", false);
  return asked;
}

EverythingAsked everything_of(const json& object) {
  EverythingAsked asked;
  EverythingOptions& options = asked.options;
  asked.image = required_text(object, "image");
  options.points_per_side = static_cast<int>(
      integer_field(object, "points_per_side", options.points_per_side, fewest_points_a_side, most_points_a_side));
  if (has_field(object, "min_area")) {
    options.min_area_px = static_cast<std::uint64_t>(integer_field(object, "min_area", 0, 0, std::int64_t{1} << 40));
  }
  if (has_field(object, "min_score")) options.min_score = number_field(object, "min_score", 0, 0, 1);
  if (has_field(object, "min_stability")) options.min_stability = number_field(object, "min_stability", 0, 0, 1);
  options.max_iou = number_field(object, "max_iou", options.max_iou, 0, 1);
  return asked;
}

}  // namespace

JobAsked parse_job_request(std::string_view body) {
  enum class Kind { embed, export_, import_, classes, statistics, everything };
  constexpr std::pair<const char*, Kind> kinds[] = {{"embed", Kind::embed},           {"export", Kind::export_},
                                                    {"import", Kind::import_},        {"classes", Kind::classes},
                                                    {"statistics", Kind::statistics}, {"everything", Kind::everything}};
  const json object = parse_json_body(body);
  switch (word_field(object, "kind", kinds, false)) {
    case Kind::embed:
      return EmbedAsked{};
    case Kind::export_:
      return export_of(object);
    case Kind::import_:
      return import_of(object);
    case Kind::classes:
      return classes_of(object);
    case Kind::statistics:
      return StatisticsAsked{};
    case Kind::everything:
      return everything_of(object);
  }
  return EmbedAsked{};
}

}  // namespace sam
