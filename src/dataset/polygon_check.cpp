#include "dataset/polygon_check.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

namespace sam {
namespace {

struct Side {
  Point a;  // a.x <= b.x
  Point b;
  double low = 0;  // y
  double high = 0;
};

void add_sides(const Ring& ring, std::vector<Side>& sides) {
  for (std::size_t i = 0; i < ring.size(); ++i) {
    Point a = ring[i];
    Point b = ring[i + 1 < ring.size() ? i + 1 : 0];
    if (a.x > b.x) std::swap(a, b);
    if (!(a == b)) sides.push_back({a, b, std::min(a.y, b.y), std::max(a.y, b.y)});
  }
}

// Which side of the line a-b the point is on: above 0, below 0, 0 on it.
double turn(const Point& a, const Point& b, const Point& point) {
  return (b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x);
}

std::optional<Point> crossing(const Side& s, const Side& t) {
  if (s.high <= t.low || t.high <= s.low) return std::nullopt;
  const double c = turn(s.a, s.b, t.a);
  const double d = turn(s.a, s.b, t.b);
  if (!(c < 0 && d > 0) && !(c > 0 && d < 0)) return std::nullopt;
  const double e = turn(t.a, t.b, s.a);
  const double f = turn(t.a, t.b, s.b);
  if (!(e < 0 && f > 0) && !(e > 0 && f < 0)) return std::nullopt;
  const double share = c / (c - d);
  return Point{t.a.x + share * (t.b.x - t.a.x), t.a.y + share * (t.b.y - t.a.y)};
}

std::optional<Point> find_crossing(std::vector<Side> sides) {
  std::sort(sides.begin(), sides.end(), [](const Side& s, const Side& t) { return s.a.x < t.a.x; });
  std::vector<const Side*> open;  // those that reach the x of the current one
  for (const Side& side : sides) {
    std::erase_if(open, [&](const Side* other) { return other->b.x < side.a.x; });
    for (const Side* other : open) {
      if (const auto found = crossing(*other, side)) return found;
    }
    open.push_back(&side);
  }
  return std::nullopt;
}

constexpr double border_tolerance_px = 1e-3;
constexpr std::uint64_t small_px = 100;

// A half plane: inside where inside_by(point) is not negative.
Ring cut(const Ring& ring, const std::function<double(const Point&)>& inside_by) {
  Ring left;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const Point& from = ring[i];
    const Point& to = ring[i + 1 < ring.size() ? i + 1 : 0];
    const double a = inside_by(from);
    const double b = inside_by(to);
    if (a >= 0) left.push_back(from);
    if ((a < 0) == (b < 0)) continue;
    const double share = a / (a - b);
    left.push_back({from.x + share * (to.x - from.x), from.y + share * (to.y - from.y)});
  }
  return left;
}

// Sutherland and Hodgman's way: one border after the other.
Ring cut_ring(Ring ring, Size size) {
  ring = cut(ring, [](const Point& p) { return p.x; });
  ring = cut(ring, [](const Point& p) { return p.y; });
  ring = cut(ring, [&](const Point& p) { return size.width - p.x; });
  ring = cut(ring, [&](const Point& p) { return size.height - p.y; });
  for (Point& point : ring) {  // the arithmetic above is off by rounding
    point.x = std::clamp(point.x, 0.0, static_cast<double>(size.width));
    point.y = std::clamp(point.y, 0.0, static_cast<double>(size.height));
  }
  return ring;
}

}  // namespace

bool leaves_picture(const Polygon& polygon, Size size) {
  const auto outside = [&](const Point& point) {
    return point.x < -border_tolerance_px || point.y < -border_tolerance_px ||
           point.x > size.width + border_tolerance_px || point.y > size.height + border_tolerance_px;
  };
  const auto ring_outside = [&](const Ring& ring) { return std::any_of(ring.begin(), ring.end(), outside); };
  return std::any_of(polygon.begin(), polygon.end(), [&](const PolygonPart& part) {
    return ring_outside(part.outer) || std::any_of(part.holes.begin(), part.holes.end(), ring_outside);
  });
}

Polygon cut_at_border(const Polygon& polygon, Size size) {
  Polygon left;
  for (const PolygonPart& part : polygon) {
    PolygonPart kept{cut_ring(part.outer, size), {}};
    if (kept.outer.size() < 3) continue;
    for (const Ring& hole : part.holes) {
      Ring ring = cut_ring(hole, size);
      if (ring.size() >= 3) kept.holes.push_back(std::move(ring));
    }
    left.push_back(std::move(kept));
  }
  return left;
}

double least_polygon_iou(std::uint64_t mask_area_px) {
  return mask_area_px < small_px ? 0.5 : 0.9;
}

Polygon polygon_of(const Mask& mask) {
  Polygon polygon = mask_to_faithful_polygon(mask, 0.5);
  return find_crossing(polygon) ? mask_to_polygon(mask, 0) : polygon;
}

std::optional<Point> find_crossing(const Polygon& polygon) {
  for (const PolygonPart& part : polygon) {
    std::vector<Side> sides;
    add_sides(part.outer, sides);
    for (const Ring& hole : part.holes) add_sides(hole, sides);
    if (const auto found = find_crossing(std::move(sides))) return found;
  }
  return std::nullopt;
}

}  // namespace sam
