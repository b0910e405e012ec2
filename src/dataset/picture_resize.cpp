#include "dataset/picture_resize.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "image/polygon_scale.h"

namespace sam {

bool is_resized(Size from, Size to) {
  const std::int64_t difference = std::int64_t{from.width} * to.height - std::int64_t{from.height} * to.width;
  return std::abs(difference) <= std::max(from.width, from.height);  // one pixel of to's shorter side
}

void resize_annotations(AnnotationDocument& document, Size size) {
  const double x = static_cast<double>(size.width) / document.size.width;
  const double y = static_cast<double>(size.height) / document.size.height;
  const auto scale = [&](auto& points) {
    for (auto& point : points) {
      point.x *= x;
      point.y *= y;
    }
  };
  document.size = size;
  for (StoredAnnotation& stored : document.annotations) {
    Annotation& annotation = stored.annotation;
    scale_polygon(annotation.polygon, x, y);
    annotation.mask = polygon_to_mask(annotation.polygon, size);
    scale(annotation.prompt.points);
    for (Box& box : annotation.prompt.boxes) box = {box.x0 * x, box.y0 * y, box.x1 * x, box.y1 * y};
  }
}

}  // namespace sam
