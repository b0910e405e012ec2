#include "dataset/content_check.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

#include "dataset/store.h"

namespace sam {
namespace {

bool is_finite(const Annotation& annotation) {
  const auto finite = [](const auto& point) { return std::isfinite(point.x) && std::isfinite(point.y); };
  const auto ring_finite = [&](const Ring& ring) { return std::all_of(ring.begin(), ring.end(), finite); };
  const auto part_finite = [&](const PolygonPart& part) {
    return ring_finite(part.outer) && std::all_of(part.holes.begin(), part.holes.end(), ring_finite);
  };
  const auto box_finite = [](const Box& box) {
    return std::isfinite(box.x0) && std::isfinite(box.y0) && std::isfinite(box.x1) && std::isfinite(box.y1);
  };
  const StoredPrompt& prompt = annotation.prompt;
  return std::isfinite(annotation.score) &&
         std::all_of(annotation.polygon.begin(), annotation.polygon.end(), part_finite) &&
         std::all_of(prompt.boxes.begin(), prompt.boxes.end(), box_finite) &&
         std::all_of(prompt.points.begin(), prompt.points.end(), finite);
}

bool is_whole(const Mask& mask, Size size) {
  const std::uint64_t pixels = std::accumulate(mask.runs.begin(), mask.runs.end(), std::uint64_t{0});
  return mask.size == size && pixels == pixel_count(size);
}

bool class_is_usable(const Annotation& annotation, const ClassList& classes,
                     const std::optional<AnnotationDocument>& on_disk) {
  if (annotation.class_id < 0) return false;
  if (static_cast<std::size_t>(annotation.class_id) < classes.names.size()) return true;
  return on_disk && std::any_of(on_disk->annotations.begin(), on_disk->annotations.end(), [&](const auto& stored) {
           return stored.annotation.id == annotation.id && stored.annotation.class_id == annotation.class_id;
         });
}

}  // namespace

void check_content(const PictureAnnotations& content, const ClassList& classes,
                   const std::optional<AnnotationDocument>& on_disk) {
  if (content.size.width <= 0 || content.size.height <= 0) throw DatasetError(content.image + ": its size is unknown");
  std::set<std::int64_t> ids;
  for (const Annotation& annotation : content.annotations) {
    const auto fail = [&](const std::string& reason) {
      throw DatasetError(content.image + ", annotation " + std::to_string(annotation.id) + ": " + reason);
    };
    if (annotation.id < 1 || annotation.id == std::numeric_limits<std::int64_t>::max()) fail("not a valid id");
    if (!ids.insert(annotation.id).second) fail("its id is used twice");
    if (!class_is_usable(annotation, classes, on_disk)) {
      fail("class " + std::to_string(annotation.class_id) + " is not among the " +
           std::to_string(classes.names.size()) + " classes of the project");
    }
    if (!is_whole(annotation.mask, content.size)) fail("its mask is not of the picture's size");
    if (mask_area(annotation.mask) == 0) fail("its mask is empty; delete it or draw it again");
    if (!is_finite(annotation)) fail("a coordinate is not a number");
    if (!std::isfinite(annotation.seconds) || annotation.seconds < 0) fail("the time spent on it is not a number");
  }
}

Annotation with_polygon(const Annotation& annotation) {
  const bool has_area = std::any_of(annotation.polygon.begin(), annotation.polygon.end(),
                                    [](const PolygonPart& part) { return part.outer.size() >= 3; });
  if (has_area) return annotation;
  Annotation completed = annotation;
  completed.polygon = mask_to_faithful_polygon(annotation.mask, 0.5);
  return completed;
}

}  // namespace sam
