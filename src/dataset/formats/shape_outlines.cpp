#include "dataset/formats/shape_outlines.h"

#include <cmath>
#include <numbers>

namespace sam {
namespace {

// Clockwise on the screen, where y grows downwards.
Point turned(Point point, Point centre, double degrees) {
  if (degrees == 0) return point;
  const double angle = degrees * std::numbers::pi / 180;
  const double x = point.x - centre.x;
  const double y = point.y - centre.y;
  return {centre.x + x * std::cos(angle) - y * std::sin(angle), centre.y + x * std::sin(angle) + y * std::cos(angle)};
}

}  // namespace

Ring turned_box(Box box, double degrees) {
  const Point centre{(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2};
  Ring ring = {{box.x0, box.y0}, {box.x1, box.y0}, {box.x1, box.y1}, {box.x0, box.y1}};
  for (Point& corner : ring) corner = turned(corner, centre, degrees);
  return ring;
}

Ring ellipse_outline(Point centre, double radius_x, double radius_y, double degrees) {
  constexpr int points = 64;
  Ring ring;
  ring.reserve(points);
  for (int i = 0; i < points; ++i) {
    const double angle = 2 * std::numbers::pi * i / points;
    ring.push_back(
        turned({centre.x + radius_x * std::cos(angle), centre.y + radius_y * std::sin(angle)}, centre, degrees));
  }
  return ring;
}

}  // namespace sam
