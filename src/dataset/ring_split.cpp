#include "dataset/ring_split.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>

namespace sam {
namespace {

constexpr std::size_t max_loops = 4096;  // holes are looked for in each part
constexpr double inside_px = 1e-3;       // how far inside its loop a point is asked for

struct PointHash {
  std::size_t operator()(const Point& point) const {
    const auto x = std::bit_cast<std::uint64_t>(point.x + 0.0);  // -0 is 0
    const auto y = std::bit_cast<std::uint64_t>(point.y + 0.0);
    return static_cast<std::size_t>((x * 0x9e3779b97f4a7c15U ^ y) * 0x9e3779b97f4a7c15U >> 7);
  }
};

// Loops that visit no point twice; together they have the ring's edges.
std::vector<Ring> simple_loops(const Ring& ring) {
  std::vector<Ring> loops;
  Ring path;
  std::unordered_map<Point, std::size_t, PointHash> position;  // in path
  const auto close = [&](std::size_t from) {
    if (path.size() - from >= 3) loops.emplace_back(path.begin() + static_cast<std::ptrdiff_t>(from), path.end());
  };
  for (const Point& point : ring) {
    const auto known = position.find(point);
    if (known == position.end()) {
      position.emplace(point, path.size());
      path.push_back(point);
      continue;
    }
    const std::size_t from = known->second;
    close(from);
    for (std::size_t i = from + 1; i < path.size(); ++i) position.erase(path[i]);
    path.resize(from + 1);
  }
  close(0);
  return loops;
}

bool contains(const Ring& ring, Point point) {
  bool inside = false;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const Point& a = ring[i];
    const Point& b = ring[(i + 1) % ring.size()];
    if ((a.y > point.y) == (b.y > point.y)) continue;
    if (point.x < a.x + (point.y - a.y) / (b.y - a.y) * (b.x - a.x)) inside = !inside;
  }
  return inside;
}

// Beside the middle of the first side, on the inner side.
Point point_inside(const Ring& ring, bool positive) {
  const Point& a = ring[0];
  const Point& b = ring[1];
  const double length = std::hypot(b.x - a.x, b.y - a.y);
  const double step = (positive ? inside_px : -inside_px) / length;
  return {(a.x + b.x) / 2 - (b.y - a.y) * step, (a.y + b.y) / 2 + (b.x - a.x) * step};
}

// Empty if a hole is in no part.
Polygon parts_and_holes(std::vector<Ring> loops) {
  const auto area_less = [](const Ring& a, const Ring& b) {
    return std::abs(twice_signed_area(a)) < std::abs(twice_signed_area(b));
  };
  const bool outer_positive = twice_signed_area(*std::max_element(loops.begin(), loops.end(), area_less)) > 0;
  const auto is_outer = [&](const Ring& ring) { return (twice_signed_area(ring) > 0) == outer_positive; };
  Polygon polygon;
  for (const Ring& loop : loops) {
    if (is_outer(loop)) polygon.push_back({loop, {}});
  }
  for (Ring& loop : loops) {
    if (is_outer(loop)) continue;
    const Point inside = point_inside(loop, !outer_positive);
    PolygonPart* smallest = nullptr;
    for (PolygonPart& part : polygon) {
      if (!contains(part.outer, inside)) continue;
      if (smallest == nullptr || area_less(part.outer, smallest->outer)) smallest = &part;
    }
    if (smallest == nullptr) return {};
    smallest->holes.push_back(std::move(loop));
  }
  return polygon;
}

}  // namespace

Polygon split_ring(const Ring& ring, Size size) {
  const Polygon whole = {{ring, {}}};
  std::vector<Ring> loops = simple_loops(ring);
  if (loops.size() < 2 || loops.size() > max_loops) return whole;
  Polygon polygon = parts_and_holes(std::move(loops));
  return polygon_to_mask(polygon, size) == polygon_to_mask(whole, size) ? polygon : whole;
}

}  // namespace sam
