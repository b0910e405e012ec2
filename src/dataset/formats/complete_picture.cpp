#include "dataset/formats/complete_picture.h"

#include <algorithm>
#include <utility>

#include "dataset/content_check.h"
#include "dataset/picture_resize.h"

namespace sam {
namespace {

constexpr std::size_t max_warnings = 20;

std::string size_text(Size size) {
  return std::to_string(size.width) + "x" + std::to_string(size.height);
}

void warn(DatasetPicture& picture, const std::string& place, const std::string& what) {
  if (picture.warnings.size() < max_warnings) {
    picture.warnings.push_back(place + ": " + what);
  } else if (picture.warnings.size() == max_warnings) {
    picture.warnings.push_back(place + ": and more like these");
  }
}

void turn(Ring& ring, Size stored, Orientation orientation) {
  for (Point& point : ring) point = to_upright(point, stored, orientation);
}

Box turned(const Box& box, Size stored, Orientation orientation) {
  const Point a = to_upright(Point{box.x0, box.y0}, stored, orientation);
  const Point b = to_upright(Point{box.x1, box.y1}, stored, orientation);
  return {std::min(a.x, b.x), std::min(a.y, b.y), std::max(a.x, b.x), std::max(a.y, b.y)};
}

void turn(Annotation& annotation, Size stored, Orientation orientation) {
  if (annotation.mask.size == stored) annotation.mask = make_upright(annotation.mask, orientation);
  for (PolygonPart& part : annotation.polygon) {
    turn(part.outer, stored, orientation);
    for (Ring& hole : part.holes) turn(hole, stored, orientation);
  }
  for (Box& box : annotation.prompt.boxes) box = turned(box, stored, orientation);
  for (StoredPoint& point : annotation.prompt.points) {
    const Point upright = to_upright(Point{point.x, point.y}, stored, orientation);
    point.x = upright.x;
    point.y = upright.y;
  }
}

void fit(DatasetPicture& picture, const std::string& place, Size upright, Orientation orientation) {
  const Size stated = picture.size;
  if (orientation >= 5 && turn_size(stated, orientation) == upright) {
    for (StoredAnnotation& stored : picture.annotations) turn(stored.annotation, stated, orientation);
    warn(picture, place, "its coordinates are those of the picture as it is stored; they were turned with it (EXIF)");
  } else if (is_resized(stated, upright)) {
    for (StoredAnnotation& stored : picture.annotations) stored.annotation = with_polygon(stored.annotation);
    AnnotationDocument document;
    document.size = stated;
    document.annotations = std::move(picture.annotations);
    resize_annotations(document, upright);
    picture.annotations = std::move(document.annotations);
    warn(picture, place, "made on a picture of " + size_text(stated) + ", scaled to " + size_text(upright));
  } else {
    throw FormatError(place, "says that " + picture.name + " has " + size_text(stated) + " pixels, but it has " +
                                 size_text(upright) + "; is it the same picture?");
  }
  picture.size = upright;
}

}  // namespace

void complete_picture(DatasetPicture& picture, const std::string& place, Size upright, Orientation orientation) {
  if (picture.size == Size{}) picture.size = upright;
  if (picture.size == Size{}) {
    throw FormatError(place, "the size of " + picture.name + " is not known; put the picture beside the annotations");
  }
  if (upright != Size{} && picture.size != upright) fit(picture, place, upright, orientation);
  std::size_t number = 0;
  std::vector<StoredAnnotation> whole;
  whole.reserve(picture.annotations.size());
  for (StoredAnnotation& stored : picture.annotations) {
    ++number;
    Annotation& annotation = stored.annotation;
    if (annotation.mask.size == Size{}) annotation.mask = polygon_to_mask(annotation.polygon, picture.size);
    if (annotation.mask.size != picture.size) {
      throw FormatError(place, "the mask of object " + std::to_string(number) + " has " +
                                   size_text(annotation.mask.size) + " pixels, its picture " + size_text(picture.size));
    }
    if (mask_area(annotation.mask) == 0) {
      warn(picture, place,
           "object " + std::to_string(number) + " (" + stored.class_name + ") covers no pixel; left out");
      continue;
    }
    annotation = with_polygon(annotation);
    whole.push_back(std::move(stored));
  }
  picture.annotations = std::move(whole);
}

}  // namespace sam
