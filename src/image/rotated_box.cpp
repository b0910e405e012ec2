#include "image/rotated_box.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "image/outline.h"

namespace sam {
namespace {

double cross(Point o, Point a, Point b) {
  return (a.x - o.x) * (b.y - o.y) - (a.y - o.y) * (b.x - o.x);
}

// Andrew's monotone chain. (OpenCV's minAreaRect works in single precision: at 10,000 pixels its corners are off by a thousandth.)
std::vector<Point> convex_hull(std::span<const Point> points) {
  std::vector<Point> sorted(points.begin(), points.end());
  std::sort(sorted.begin(), sorted.end(), [](Point a, Point b) { return a.x != b.x ? a.x < b.x : a.y < b.y; });
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  if (sorted.size() < 3) return sorted;
  std::vector<Point> hull;
  const auto add = [&](Point point, std::size_t fixed) {
    while (hull.size() >= fixed + 2 && cross(hull[hull.size() - 2], hull.back(), point) <= 0) hull.pop_back();
    hull.push_back(point);
  };
  for (Point point : sorted) add(point, 0);
  const std::size_t lower = hull.size() - 1;
  for (std::size_t i = sorted.size() - 1; i-- > 0;) add(sorted[i], lower);
  hull.pop_back();
  return hull;
}

// What the hull takes along a direction and across it, from an origin on the hull.
struct Extent {
  double along_low = 0;
  double along_high = 0;
  double across_high = 0;  // the hull lies on one side
  double area() const { return (along_high - along_low) * across_high; }
};

// direction is not normed; its length cancels out in corner().
Extent measure(const std::vector<Point>& hull, Point origin, Point direction) {
  Extent extent;
  for (Point point : hull) {
    const double x = point.x - origin.x;
    const double y = point.y - origin.y;
    const double along = x * direction.x + y * direction.y;
    extent.along_low = std::min(extent.along_low, along);
    extent.along_high = std::max(extent.along_high, along);
    extent.across_high = std::max(extent.across_high, direction.x * y - direction.y * x);
  }
  return extent;
}

Point corner(Point origin, Point direction, double along, double across) {
  const double squared = direction.x * direction.x + direction.y * direction.y;
  return {origin.x + (along * direction.x - across * direction.y) / squared,
          origin.y + (along * direction.y + across * direction.x) / squared};
}

}  // namespace

RotatedBox smallest_rotated_box(std::span<const Point> points) {
  const std::vector<Point> hull = convex_hull(points);
  if (hull.size() == 1) return {hull[0], hull[0], hull[0], hull[0]};
  double least = std::numeric_limits<double>::infinity();
  RotatedBox best{};
  // Every side against every corner: the hull of a mask of 10,000 pixels a side has at most some 1600.
  for (std::size_t i = 0; i < hull.size(); ++i) {
    const Point& next = hull[(i + 1) % hull.size()];
    const Point direction{next.x - hull[i].x, next.y - hull[i].y};
    const Extent extent = measure(hull, hull[i], direction);
    const double area = extent.area() / (direction.x * direction.x + direction.y * direction.y);
    if (!(area < least)) continue;
    least = area;
    best = {corner(hull[i], direction, extent.along_low, 0), corner(hull[i], direction, extent.along_high, 0),
            corner(hull[i], direction, extent.along_high, extent.across_high),
            corner(hull[i], direction, extent.along_low, extent.across_high)};
  }
  return best;
}

RotatedBox smallest_rotated_box(const Mask& mask, const Polygon& polygon) {
  std::vector<Point> points;
  const Polygon outlines = mask_area(mask) > 0 ? trace_outlines(mask) : polygon;
  for (const PolygonPart& part : outlines) {
    for (Point point : part.outer) {
      if (std::isfinite(point.x) && std::isfinite(point.y)) points.push_back(point);
    }
  }
  return points.empty() ? RotatedBox{} : smallest_rotated_box(points);
}

}  // namespace sam
