#include "server/replies.h"

#include <nlohmann/json.hpp>

#include "image/tiles.h"

namespace sam {
namespace {

using nlohmann::json;

// File names need not be UTF-8; an answer must be.
std::string text_of(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

json box_json(const Box& box) {
  return {box.x0, box.y0, box.x1, box.y1};
}

json ring_json(const Ring& ring) {
  json list = json::array();
  for (const Point& point : ring) list.push_back({point.x, point.y});
  return list;
}

json polygon_json(const Polygon& polygon) {
  json parts = json::array();
  for (const PolygonPart& part : polygon) {
    json holes = json::array();
    for (const Ring& hole : part.holes) holes.push_back(ring_json(hole));
    parts.push_back({{"outer", ring_json(part.outer)}, {"holes", std::move(holes)}});
  }
  return parts;
}

json prompt_json(const StoredPrompt& prompt) {
  json boxes = json::array();
  for (const Box& box : prompt.boxes) boxes.push_back(box_json(box));
  json points = json::array();
  for (const StoredPoint& point : prompt.points) {
    points.push_back({{"x", point.x}, {"y", point.y}, {"foreground", point.foreground}});
  }
  return {{"boxes", std::move(boxes)}, {"points", std::move(points)}};
}

json window_value(const OpenWindow& window) {
  return {{"window", window.window},
          {"person", window.person},
          {"image", window.image ? json(*window.image) : json()},
          {"holds", window.holds}};
}

json annotation_json(const Annotation& annotation) {
  return {{"id", annotation.id},
          {"class_id", annotation.class_id},
          {"polygon", polygon_json(annotation.polygon)},
          {"area", mask_area(annotation.mask)},
          {"box", box_json(mask_box(annotation.mask))},
          {"score", annotation.score},
          {"source", annotation.source},
          {"review", review_name(annotation.review)},
          {"note", annotation.note},
          {"created", annotation.created},
          {"seconds", annotation.seconds},
          {"prompt", prompt_json(annotation.prompt)}};
}

json predictor_value(const Pipeline& pipeline) {
  const ModelStatus model = pipeline.model();  // before the rest, which knows more once it is loaded
  const PredictorInfo info = pipeline.predictor();
  return {
      {"use", pipeline.choice() == PredictorChoice::model ? "model" : "grabcut"},
      {"can_use_grabcut", pipeline.has_fallback()},
      {"family", info.family},
      {"key", info.key},
      {"description", info.describe},
      {"takes_mask_input", info.takes_mask_input},
      {"max_candidates", info.max_candidates},
      {"model", {{"name", model.name}, {"state", load_state_name(model.load.state)}, {"reason", model.load.reason}}}};
}

}  // namespace

std::string last_part(const std::filesystem::path& folder) {
  return (folder.has_filename() ? folder : folder.parent_path()).filename().string();
}

std::string project_json(const ProjectReply& project, const std::filesystem::path& folder, const ClassList& classes,
                         const Pipeline& pipeline) {
  json class_list = json::array();
  for (std::size_t id = 0; id < classes.names.size(); ++id) {
    class_list.push_back({{"id", id}, {"name", classes.names[id]}});
  }
  return text_of({{"name", last_part(folder)},
                  {"folder", folder.string()},
                  {"version", project.version},
                  {"classes", std::move(class_list)},
                  {"image_count", project.image_count},
                  {"current", project.current ? json(*project.current) : json()},
                  {"predictor", predictor_value(pipeline)},
                  {"warnings", classes.warnings}});
}

std::string picture_json(const PictureState& state, const std::optional<OpenWindow>& holder) {
  json annotations = json::array();
  for (const Annotation& annotation : state.content.annotations) annotations.push_back(annotation_json(annotation));
  json value = {{"name", state.content.image},
                {"position", state.position},
                {"width", state.content.size.width},
                {"height", state.content.size.height},
                {"encoding", encoding_state_name(state.encoding.state)},
                {"revision", state.revision},
                {"annotations", std::move(annotations)},
                {"can_undo", state.can_undo},
                {"can_redo", state.can_redo},
                {"undo_title", state.undo_title},
                {"redo_title", state.redo_title},
                {"reviewed", state.content.reviewed},
                {"faulty", state.content.faulty},
                {"last_edit", state.last_edit},
                {"holder", holder ? window_value(*holder) : json()},
                {"tile_levels", tile_levels(state.content.size)},
                {"warnings", state.warnings}};
  if (!state.encoding.reason.empty()) value["encoding_reason"] = state.encoding.reason;
  if (state.encoding.memory_exhausted) value["memory_exhausted"] = true;
  return text_of(value);
}

std::string candidates_json(const SegmentResult& result) {
  json candidates = json::array();
  for (const Instance& instance : result.instances) {
    candidates.push_back({{"score", instance.score},
                          {"area", mask_area(instance.mask)},
                          {"box", box_json(mask_box(instance.mask))},
                          {"polygon", polygon_json(mask_to_polygon(instance.mask, outline_tolerance_px))},
                          {"rle", mask_to_coco_string(instance.mask)},
                          {"logits_key", instance.logits ? json(instance.logits->key) : json()}});
  }
  return text_of({{"candidates", std::move(candidates)},
                  {"decode_ms", result.decode_ms},
                  {"wait_ms", result.wait_ms},
                  {"from_cache", result.from_cache}});
}

std::string segments_json(const Segments& segments) {
  json list = json::array();
  for (const auto& segment : segments) {
    list.push_back({{"score", segment->score},
                    {"stability", segment->stability},
                    {"area", segment->area_px},
                    {"box", box_json(segment->box)},
                    {"polygon", polygon_json(mask_to_polygon(segment->mask, outline_tolerance_px))},
                    {"rle", mask_to_coco_string(segment->mask)},
                    {"logits_key", json()}});
  }
  return text_of({{"segments", std::move(list)}});
}

std::string predictor_json(const Pipeline& pipeline) {
  return text_of(predictor_value(pipeline));
}

std::string windows_json(const std::vector<OpenWindow>& windows) {
  json list = json::array();
  for (const OpenWindow& window : windows) list.push_back(window_value(window));
  return text_of({{"windows", std::move(list)}});
}

std::string encoding_event_json(const std::string& name, const EncodingStatus& status) {
  json value = {{"name", name}, {"encoding", encoding_state_name(status.state)}, {"reason", status.reason}};
  if (status.memory_exhausted) value["memory_exhausted"] = true;
  return text_of(value);
}

std::string changed_event_json(const std::string& name, const std::string& revision, const std::string& window) {
  return text_of({{"name", name}, {"revision", revision}, {"window", window}});
}

Response json_response(std::string body) {
  Response response;
  response.content_type = "application/json";
  response.body = std::move(body);
  response.headers = {{"Cache-Control", "no-store"}};
  return response;
}

}  // namespace sam
