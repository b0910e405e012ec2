// The edits that give an object another shape.
#include <algorithm>
#include <cmath>
#include <utility>

#include "dataset/polygon_check.h"
#include "image/brush_stroke.h"
#include "image/mask_algebra.h"
#include "image/mask_cleaning.h"
#include "image/simplify.h"
#include "session/edit_checks.h"
#include "session/edits.h"
#include "session/named_objects.h"

namespace sam {
namespace {

Mask draw(const Paint& edit, Size size) {
  if (edit.points.empty()) throw EditError("the stroke has no points");
  if (edit.points.size() > max_stroke_points) {
    throw EditError("the stroke has " + std::to_string(edit.points.size()) + " points; the limit is " +
                    std::to_string(max_stroke_points) + ": paint it in several strokes");
  }
  if (!(edit.radius_px > 0 && edit.radius_px <= max_stroke_radius_px)) {
    throw EditError("the brush's radius must be more than 0 and at most " +
                    std::to_string(static_cast<int>(max_stroke_radius_px)) + " pixels");
  }
  try {
    return draw_stroke(edit.points, edit.radius_px, size);
  } catch (const MaskError& error) {
    throw EditError(error.what());
  }
}

// Each of the named objects with the mask that clean() makes of its own.
template <typename Clean>
Change cleaned(const PictureAnnotations& content, const std::vector<std::int64_t>& ids, Clean clean) {
  Change change;
  for (const std::size_t index : indices_of(content, ids)) {
    Annotation annotation = content.annotations[index];
    Mask mask = clean(annotation.mask);
    if (mask == annotation.mask) continue;
    reshape(annotation, std::move(mask));
    replace_in(change, content, index, std::move(annotation));
  }
  return change;
}

std::size_t vertex_count(const Polygon& polygon) {
  std::size_t count = 0;
  for (const PolygonPart& part : polygon) {
    count += part.outer.size();
    for (const Ring& hole : part.holes) count += hole.size();
  }
  return count;
}

Polygon simpler(Polygon polygon, double tolerance_px) {
  for (PolygonPart& part : polygon) {
    part.outer = simplify_ring(part.outer, tolerance_px);
    for (Ring& hole : part.holes) hole = simplify_ring(hole, tolerance_px);
  }
  return polygon;
}

}  // namespace

Change plan_edit(const PictureAnnotations& content, const SetMask& edit, const EditContext& context) {
  const std::size_t index = index_of(content, edit.id);
  require_score(edit.score);
  if (edit.class_id) require_class(*edit.class_id, context.class_count);
  Annotation annotation = content.annotations[index];
  Mask mask = require_mask(edit.rle, content.size);
  if (mask != annotation.mask) reshape(annotation, std::move(mask));
  if (edit.prompt) annotation.prompt = *edit.prompt;
  if (edit.class_id) annotation.class_id = *edit.class_id;
  annotation.score = edit.score;
  annotation.source = context.source;
  accept_proposal(annotation);
  Change change;
  replace_in(change, content, index, std::move(annotation));
  return change;
}

Change plan_edit(const PictureAnnotations& content, const SetPolygon& edit, const EditContext&) {
  const std::size_t index = index_of(content, edit.id);
  Annotation annotation = content.annotations[index];
  GivenShape shape = require_polygon(edit.polygon, content.size);
  if (shape.polygon == annotation.polygon) return {};
  annotation.mask = std::move(shape.mask);
  annotation.polygon = std::move(shape.polygon);
  accept_proposal(annotation);
  Change change;
  replace_in(change, content, index, std::move(annotation));
  return change;
}

Change plan_edit(const PictureAnnotations& content, const Paint& edit, const EditContext& context) {
  require_seconds(edit.seconds);
  if (!edit.id) {
    if (edit.erase) throw EditError("no annotation was named to erase from; select one first");
    require_class(edit.class_id, context.class_count);
  }
  const std::size_t index = edit.id ? index_of(content, *edit.id) : content.annotations.size();
  Mask stroke = draw(edit, content.size);
  if (!edit.id) {
    if (mask_area(stroke) == 0) throw EditError("the stroke covers no pixel of the picture; paint inside it");
    Annotation annotation;
    annotation.id = content.next_id;
    annotation.class_id = edit.class_id;
    annotation.source = drawn_source;
    annotation.created = context.created;
    annotation.seconds = edit.seconds;
    set_shape(annotation, std::move(stroke));
    return {{}, {{index, std::move(annotation)}}};
  }
  Annotation annotation = content.annotations[index];
  Mask mask = edit.erase ? subtract(annotation.mask, stroke) : unite(annotation.mask, stroke);
  if (mask == annotation.mask) return {};
  Change change;
  if (mask_area(mask) == 0) {
    change.removed.push_back({index, std::move(annotation)});
    return change;
  }
  reshape(annotation, std::move(mask));
  annotation.seconds = std::min(annotation.seconds + edit.seconds, max_seconds);
  replace_in(change, content, index, std::move(annotation));
  return change;
}

Change plan_edit(const PictureAnnotations& content, const FillHoles& edit, const EditContext&) {
  return cleaned(content, edit.ids, [&](const Mask& mask) { return fill_holes(mask, edit.below_px); });
}

Change plan_edit(const PictureAnnotations& content, const DropSpecks& edit, const EditContext&) {
  return cleaned(content, edit.ids, [&](const Mask& mask) { return drop_specks(mask, edit.below_px); });
}

Change plan_edit(const PictureAnnotations& content, const SimplifyOutlines& edit, const EditContext&) {
  constexpr double least_px = 0.25;  // below it no corner goes away
  constexpr double most_px = 1000;
  if (!(edit.tolerance_px > 0 && edit.tolerance_px <= most_px)) {
    throw EditError("the tolerance must be more than 0 and at most " + std::to_string(static_cast<int>(most_px)) +
                    " pixels");
  }
  Change change;
  for (const std::size_t index : indices_of(content, edit.ids)) {
    Annotation annotation = content.annotations[index];
    const std::size_t vertices = vertex_count(annotation.polygon);
    // By less where an outline would cross itself or vanish.
    for (double tolerance = edit.tolerance_px; tolerance >= least_px; tolerance /= 2) {
      Polygon polygon = simpler(annotation.polygon, tolerance);
      if (vertex_count(polygon) == vertices) break;
      Mask mask = polygon_to_mask(polygon, content.size);
      if (mask_area(mask) == 0 || find_crossing(polygon)) continue;
      annotation.polygon = std::move(polygon);
      annotation.mask = std::move(mask);
      accept_proposal(annotation);
      replace_in(change, content, index, std::move(annotation));
      break;
    }
  }
  return change;
}

}  // namespace sam
