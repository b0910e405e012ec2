// The edits that take several objects: joined, subtracted, brought to the front, copied from another picture.
#include <algorithm>
#include <set>
#include <utility>

#include "image/mask_algebra.h"
#include "image/polygon_scale.h"
#include "session/edit_checks.h"
#include "session/edits.h"
#include "session/named_objects.h"

namespace sam {
namespace {

// The list's positions in their new order.
std::vector<std::size_t> reordered(std::size_t count, const std::set<std::size_t>& moved, ReorderAnnotations::To to) {
  using To = ReorderAnnotations::To;
  std::vector<std::size_t> order(count);
  for (std::size_t i = 0; i < count; ++i) order[i] = i;
  const auto is_moved = [&](std::size_t i) { return moved.contains(i); };
  // A step past the next one that stays, so that those that move keep their order among themselves.
  if (to == To::forward) {
    for (std::size_t i = count; i-- > 1;) {
      if (is_moved(order[i - 1]) && !is_moved(order[i])) std::swap(order[i - 1], order[i]);
    }
  } else if (to == To::backward) {
    for (std::size_t i = 1; i < count; ++i) {
      if (is_moved(order[i]) && !is_moved(order[i - 1])) std::swap(order[i - 1], order[i]);
    }
  } else {
    std::vector<std::size_t> ordered;
    for (const bool first : {true, false}) {
      for (const std::size_t i : order) {
        if ((is_moved(i) == (to == To::back)) == first) ordered.push_back(i);
      }
    }
    return ordered;
  }
  return order;
}

void scale_to(Annotation& annotation, Size from, Size to) {
  if (from == to) return;
  const double x = static_cast<double>(to.width) / from.width;
  const double y = static_cast<double>(to.height) / from.height;
  scale_polygon(annotation.polygon, x, y);
  annotation.mask = polygon_to_mask(annotation.polygon, to);
  for (StoredPoint& point : annotation.prompt.points) {
    point.x *= x;
    point.y *= y;
  }
  for (Box& box : annotation.prompt.boxes) box = {box.x0 * x, box.y0 * y, box.x1 * x, box.y1 * y};
}

}  // namespace

Change plan_edit(const PictureAnnotations& content, const MergeAnnotations& edit, const EditContext&) {
  const std::vector<std::size_t> indices = indices_of(content, edit.ids);
  if (indices.size() < 2) throw EditError("one annotation cannot be merged; select at least two");
  const std::size_t first = index_of(content, edit.ids.front());
  Annotation merged = content.annotations[first];
  std::vector<Mask> masks;
  double seconds = 0;
  for (const std::size_t index : indices) {
    masks.push_back(content.annotations[index].mask);
    seconds += content.annotations[index].seconds;
  }
  reshape(merged, unite_all(masks, content.size));
  merged.seconds = std::min(seconds, max_seconds);
  Change change;
  for (const std::size_t index : indices) change.removed.push_back({index, content.annotations[index]});
  const auto gone_before =
      static_cast<std::size_t>(std::lower_bound(indices.begin(), indices.end(), first) - indices.begin());
  change.added.push_back({first - gone_before, std::move(merged)});
  return change;
}

Change plan_edit(const PictureAnnotations& content, const SubtractAnnotations& edit, const EditContext&) {
  const std::size_t index = index_of(content, edit.id);
  std::vector<Mask> masks;
  for (const std::size_t other : indices_of(content, edit.ids)) {
    if (other == index) throw EditError("an annotation cannot be taken from itself; select another one");
    masks.push_back(content.annotations[other].mask);
  }
  Annotation annotation = content.annotations[index];
  Mask mask = subtract(annotation.mask, unite_all(masks, content.size));
  if (mask_area(mask) == 0) {
    throw EditError("nothing would be left of annotation " + std::to_string(edit.id) + "; delete it instead");
  }
  if (mask == annotation.mask) return {};
  reshape(annotation, std::move(mask));
  Change change;
  replace_in(change, content, index, std::move(annotation));
  return change;
}

Change plan_edit(const PictureAnnotations& content, const ReorderAnnotations& edit, const EditContext&) {
  const std::vector<std::size_t> indices = indices_of(content, edit.ids);
  const std::set<std::size_t> moved(indices.begin(), indices.end());
  const std::vector<std::size_t> order = reordered(content.annotations.size(), moved, edit.to);
  Change change;
  if (std::is_sorted(order.begin(), order.end())) return change;
  for (const std::size_t index : indices) change.removed.push_back({index, content.annotations[index]});
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (moved.contains(order[i])) change.added.push_back({i, content.annotations[order[i]]});
  }
  return change;
}

Change plan_edit(const PictureAnnotations& content, const CopyAnnotations& edit, const EditContext& context) {
  if (context.other == nullptr) throw EditError("there is no picture '" + edit.from + "' to copy from");
  const PictureAnnotations& from = *context.other;
  Change change;
  std::int64_t id = content.next_id;
  for (const std::size_t index : indices_of(from, edit.ids)) {
    Annotation annotation = from.annotations[index];
    require_class(annotation.class_id, context.class_count);
    scale_to(annotation, from.size, content.size);
    if (mask_area(annotation.mask) == 0) continue;  // too small to be seen here
    annotation.id = id++;
    annotation.score = 0;  // said of the other picture
    annotation.review = Review::none;
    annotation.note.clear();
    annotation.seconds = 0;
    annotation.created = context.created;
    change.added.push_back({content.annotations.size() + change.added.size(), std::move(annotation)});
  }
  if (change.empty()) throw EditError("scaled to this picture the objects of " + edit.from + " cover no pixel");
  return change;
}

}  // namespace sam
