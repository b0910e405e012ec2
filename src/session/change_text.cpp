#include <nlohmann/json.hpp>
#include <optional>

#include "session/change.h"
#include "session/history.h"

namespace sam {
namespace {

using nlohmann::json;

json ring_json(const Ring& ring) {
  json list = json::array();
  for (const Point& point : ring) list.push_back({point.x, point.y});
  return list;
}

Ring ring_of(const json& list) {
  Ring ring;
  for (const json& point : list) ring.push_back({point.at(0).get<double>(), point.at(1).get<double>()});
  return ring;
}

// A part is a list of rings, the outer one first.
json polygon_json(const Polygon& polygon) {
  json parts = json::array();
  for (const PolygonPart& part : polygon) {
    json rings = json::array({ring_json(part.outer)});
    for (const Ring& hole : part.holes) rings.push_back(ring_json(hole));
    parts.push_back(std::move(rings));
  }
  return parts;
}

Polygon polygon_of(const json& parts) {
  Polygon polygon;
  for (const json& rings : parts) {
    PolygonPart part{ring_of(rings.at(0)), {}};
    for (std::size_t i = 1; i < rings.size(); ++i) part.holes.push_back(ring_of(rings[i]));
    polygon.push_back(std::move(part));
  }
  return polygon;
}

json prompt_json(const StoredPrompt& prompt) {
  json boxes = json::array();
  for (const Box& box : prompt.boxes) boxes.push_back({box.x0, box.y0, box.x1, box.y1});
  json points = json::array();
  for (const StoredPoint& point : prompt.points) points.push_back({point.x, point.y, point.foreground});
  return {{"boxes", std::move(boxes)}, {"points", std::move(points)}, {"text", prompt.text}};
}

StoredPrompt prompt_of(const json& value) {
  StoredPrompt prompt;
  for (const json& box : value.at("boxes")) {
    prompt.boxes.push_back(
        {box.at(0).get<double>(), box.at(1).get<double>(), box.at(2).get<double>(), box.at(3).get<double>()});
  }
  for (const json& point : value.at("points")) {
    prompt.points.push_back({point.at(0).get<double>(), point.at(1).get<double>(), point.at(2).get<bool>()});
  }
  prompt.text = value.at("text").get<std::string>();
  return prompt;
}

// What is not set is left out, as in steps from before there were reviews.
json annotation_json(const Annotation& a) {
  json value = {{"id", a.id},
                {"class_id", a.class_id},
                {"size", {a.mask.size.width, a.mask.size.height}},
                {"rle", mask_to_coco_string(a.mask)},
                {"polygon", polygon_json(a.polygon)},
                {"prompt", prompt_json(a.prompt)},
                {"source", a.source},
                {"score", a.score},
                {"created", a.created},
                {"attributes", a.attributes}};
  if (a.review != Review::none) value["review"] = review_name(a.review);
  if (!a.note.empty()) value["note"] = a.note;
  if (a.seconds != 0) value["seconds"] = a.seconds;
  return value;
}

Annotation annotation_of(const json& value) {
  Annotation a;
  a.id = value.at("id").get<std::int64_t>();
  a.class_id = value.at("class_id").get<int>();
  const Size size{value.at("size").at(0).get<int>(), value.at("size").at(1).get<int>()};
  a.mask = mask_from_coco_string(value.at("rle").get<std::string>(), size);
  a.polygon = polygon_of(value.at("polygon"));
  a.prompt = prompt_of(value.at("prompt"));
  a.source = value.at("source").get<std::string>();
  a.score = value.at("score").get<double>();
  a.created = value.at("created").get<std::string>();
  a.attributes = value.at("attributes").get<std::map<std::string, std::string>>();
  const std::optional<Review> review = review_of_name(value.value("review", ""));
  if (!review) throw DamagedHistory("a step of the undo history is damaged: its review is none we know");
  a.review = *review;
  a.note = value.value("note", "");
  a.seconds = value.value("seconds", 0.0);
  return a;
}

json entries_json(const std::vector<Change::Entry>& entries) {
  json list = json::array();
  for (const Change::Entry& entry : entries) list.push_back({entry.index, annotation_json(entry.annotation)});
  return list;
}

std::vector<Change::Entry> entries_of(const json& list) {
  std::vector<Change::Entry> entries;
  for (const json& entry : list) {
    entries.push_back({entry.at(0).get<std::size_t>(), annotation_of(entry.at(1))});
    if (entries.size() > 1 && entries[entries.size() - 2].index >= entries.back().index) {
      throw DamagedHistory("a step of the undo history is damaged: its entries are not in order");
    }
  }
  return entries;
}

}  // namespace

std::string change_text(const Change& change, std::string_view title) {
  json value = {{"removed", entries_json(change.removed)}, {"added", entries_json(change.added)}};
  if (!title.empty()) value["title"] = title;  // the last of the three, since nlohmann::json sorts
  // Text that is not UTF-8 (an attribute read from somebody else's file) must not make an edit fail.
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string_view change_title(std::string_view text) {
  constexpr std::string_view before = ",\"title\":\"";
  constexpr std::string_view after = "\"}";
  if (!text.ends_with(after)) return {};
  text.remove_suffix(after.size());
  const std::size_t start = text.find_last_not_of("abcdefghijklmnopqrstuvwxyz_");
  if (start == std::string_view::npos || !text.substr(0, start + 1).ends_with(before)) return {};
  return text.substr(start + 1);
}

Change parse_change(std::string_view text) {
  try {
    const json value = json::parse(text);
    return {entries_of(value.at("removed")), entries_of(value.at("added"))};
  } catch (const json::exception& error) {
    throw DamagedHistory(std::string("a step of the undo history is damaged: ") + error.what());
  } catch (const MaskError& error) {
    throw DamagedHistory(std::string("a step of the undo history is damaged: ") + error.what());
  }
}

}  // namespace sam
