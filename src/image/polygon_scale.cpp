#include "image/polygon_scale.h"

namespace sam {
namespace {

void scale_ring(Ring& ring, double x, double y) {
  for (Point& point : ring) point = {point.x * x, point.y * y};
}

}  // namespace

void scale_polygon(Polygon& polygon, double x, double y) {
  for (PolygonPart& part : polygon) {
    scale_ring(part.outer, x, y);
    for (Ring& hole : part.holes) scale_ring(hole, x, y);
  }
}

}  // namespace sam
