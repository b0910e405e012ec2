#include "dataset/formats/shape_objects.h"

#include <algorithm>
#include <utility>

#include "dataset/formats/mask_pieces.h"
#include "dataset/formats/shown_text.h"

namespace sam {
namespace {

constexpr std::size_t max_warnings = 20;

bool is_inside(const Ring& ring, Size size) {
  return std::all_of(ring.begin(), ring.end(), [&](const Point& point) {
    return point.x >= 0 && point.y >= 0 && point.x <= size.width && point.y <= size.height;
  });
}

bool is_inside(const Polygon& polygon, Size size) {
  return std::all_of(polygon.begin(), polygon.end(), [&](const PolygonPart& part) {
    return is_inside(part.outer, size) &&
           std::all_of(part.holes.begin(), part.holes.end(), [&](const Ring& hole) { return is_inside(hole, size); });
  });
}

Mask draw(const Polygon& polygon, Size size, const std::string& place) {
  try {
    return polygon_to_mask(polygon, size);
  } catch (const MaskError& error) {
    throw FormatError(place, error.what());
  }
}

Box clipped(Box box, Size size) {
  const auto within = [](double value, int side) { return std::clamp<double>(value, 0, side); };
  return {within(box.x0, size.width), within(box.y0, size.height), within(box.x1, size.width),
          within(box.y1, size.height)};
}

}  // namespace

Polygon box_polygon(Box box) {
  return {{{{box.x0, box.y0}, {box.x1, box.y0}, {box.x1, box.y1}, {box.x0, box.y1}}, {}}};
}

void ShapeObjects::warn(const std::string& what) {
  if (warnings_.size() < max_warnings) {
    warnings_.push_back(place_ + ": " + what);
  } else {
    ++unsaid_;
  }
}

void ShapeObjects::add(Shape shape) {
  if (shape.label.empty()) return warn("a shape without a label is left out");
  if (shape.box) shape.box = clipped(*shape.box, size_);
  if (!shape.polygon.empty() && !is_inside(shape.polygon, size_)) {
    if (shape.box) {
      shape.polygon = box_polygon(*shape.box);
    } else {
      shape.mask = draw(shape.polygon, size_, place_);
      shape.polygon.clear();
    }
  }
  const bool nothing = shape.polygon.empty() ? mask_area(shape.mask) == 0
                                             : shape.box && (shape.box->width() <= 0 || shape.box->height() <= 0);
  if (nothing) return warn("a shape of " + shown_text(shape.label) + " covers no pixel of the picture and is left out");
  std::size_t at = objects_.size();
  if (!shape.group.empty()) at = by_group_.try_emplace({shape.label, shape.group}, at).first->second;
  if (at == objects_.size()) objects_.emplace_back();
  add_to(objects_[at], std::move(shape));
}

void ShapeObjects::add_to(Object& object, Shape&& shape) {
  Annotation& annotation = object.stored.annotation;
  object.stored.class_name = std::move(shape.label);
  for (PolygonPart& part : shape.polygon) annotation.polygon.push_back(std::move(part));
  if (!shape.mask.runs.empty()) object.masks.push_back(std::move(shape.mask));
  if (shape.box) annotation.prompt.boxes.push_back(*shape.box);
  annotation.attributes.merge(shape.attributes);
  annotation.score = std::max(annotation.score, shape.score);
}

std::vector<StoredAnnotation> ShapeObjects::take_annotations() {
  std::vector<StoredAnnotation> annotations;
  annotations.reserve(objects_.size());
  for (Object& object : objects_) {
    Annotation& annotation = object.stored.annotation;
    if (!object.masks.empty()) {
      if (!annotation.polygon.empty()) object.masks.push_back(draw(annotation.polygon, size_, place_));
      annotation.polygon.clear();
      annotation.mask = unite_masks(object.masks);
    }
    annotations.push_back(std::move(object.stored));
  }
  return annotations;
}

std::vector<std::string> ShapeObjects::take_warnings() {
  if (unsaid_ > 0) warnings_.push_back(place_ + ": and " + std::to_string(unsaid_) + " more of these");
  unsaid_ = 0;
  return std::move(warnings_);
}

}  // namespace sam
