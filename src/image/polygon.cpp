#include "image/polygon.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "image/outline.h"
#include "image/run_builder.h"
#include "image/simplify.h"

namespace sam {
namespace {

constexpr std::int64_t max_crossings = 100'000'000;
constexpr double max_coordinate = 1e9;  // farther points are moved here: exact enough, and no overflow

// A side of a ring, from left to right, with the columns whose centre line it crosses: [first, last).
struct Side {
  Point left;
  Point right;
  std::uint32_t part;
  int first;
  int last;
};

// A place where a column's centre line enters or leaves a part: above the pixel of this row.
struct Crossing {
  std::uint32_t part;
  int row;
  auto operator<=>(const Crossing&) const = default;
};

// The number of pixel centres, at 0.5, 1.5, …, of [0, limit) that lie before the coordinate.
int centres_before(double coordinate, int limit) {
  const double centres = coordinate - 0.5;
  if (!(centres > 0)) return 0;
  if (centres >= limit) return limit;
  const int whole = static_cast<int>(centres);
  return whole < centres ? whole + 1 : whole;
}

Point clamp_point(Point point) {
  return {std::clamp(point.x, -max_coordinate, max_coordinate), std::clamp(point.y, -max_coordinate, max_coordinate)};
}

void add_sides(const Ring& ring, std::uint32_t part, int width, std::vector<Side>& sides) {
  const auto is_finite = [](Point point) { return std::isfinite(point.x) && std::isfinite(point.y); };
  if (ring.size() < 3 || !std::all_of(ring.begin(), ring.end(), is_finite)) return;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    Point left = clamp_point(ring[i]);
    Point right = clamp_point(ring[(i + 1) % ring.size()]);
    if (right.x < left.x) std::swap(left, right);
    const int first = centres_before(left.x, width);
    const int last = centres_before(right.x, width);
    if (first < last) sides.push_back({left, right, part, first, last});
  }
}

std::vector<Side> sides_by_column(const Polygon& polygon, int width) {
  std::vector<Side> sides;
  for (std::uint32_t part = 0; part < polygon.size(); ++part) {
    add_sides(polygon[part].outer, part, width, sides);
    for (const Ring& hole : polygon[part].holes) add_sides(hole, part, width, sides);
  }
  std::int64_t crossings = 0;
  for (const Side& side : sides) crossings += side.last - side.first;
  if (crossings > max_crossings) {
    throw MaskError("the polygon's outlines cross " + std::to_string(crossings) + " pixel columns; the limit is " +
                    std::to_string(max_crossings) + ": use fewer points");
  }
  std::sort(sides.begin(), sides.end(), [](const Side& a, const Side& b) { return a.first < b.first; });
  return sides;
}

Crossing crossing_at(const Side& side, int column, int height) {
  const double along = (column + 0.5 - side.left.x) / (side.right.x - side.left.x);
  return {side.part, centres_before(side.left.y + along * (side.right.y - side.left.y), height)};
}

// The column's foreground: pairs of crossings of one part, then the union over parts.
void fill_column(std::vector<Crossing>& crossings, std::uint32_t column_start,
                 std::vector<std::pair<int, int>>& intervals, RunBuilder& builder) {
  if (crossings.size() == 2) {  // of one part then, as nearly always
    const auto [from, to] = std::minmax(crossings[0].row, crossings[1].row);
    builder.add_foreground(column_start + static_cast<std::uint32_t>(from),
                           column_start + static_cast<std::uint32_t>(to));
    return;
  }
  std::sort(crossings.begin(), crossings.end());
  intervals.clear();
  for (std::size_t i = 0; i + 1 < crossings.size(); i += 2) {
    intervals.emplace_back(crossings[i].row, crossings[i + 1].row);
  }
  std::sort(intervals.begin(), intervals.end());
  int filled = 0;
  for (const auto& [from, to] : intervals) {
    const int start = std::max(from, filled);
    if (start >= to) continue;
    builder.add_foreground(column_start + static_cast<std::uint32_t>(start),
                           column_start + static_cast<std::uint32_t>(to));
    filled = to;
  }
}

}  // namespace

double twice_signed_area(const Ring& ring) {
  double sum = 0;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const Point& a = ring[i];
    const Point& b = ring[(i + 1) % ring.size()];
    sum += a.x * b.y - b.x * a.y;
  }
  return sum;
}

Polygon mask_to_polygon(const Mask& mask, double tolerance_px) {
  Polygon polygon = trace_outlines(mask);
  if (!(tolerance_px > 0)) return polygon;
  for (PolygonPart& part : polygon) {
    part.outer = simplify_ring(part.outer, tolerance_px);
    for (Ring& hole : part.holes) hole = simplify_ring(hole, tolerance_px);
  }
  return polygon;
}

Polygon mask_to_faithful_polygon(const Mask& mask, double tolerance_px, double min_iou) {
  for (double tolerance = tolerance_px; tolerance >= tolerance_px / 4; tolerance /= 2) {
    Polygon polygon = mask_to_polygon(mask, tolerance);
    if (mask_iou(polygon_to_mask(polygon, mask.size), mask) >= min_iou) return polygon;
  }
  return mask_to_polygon(mask, 0);
}

Mask polygon_to_mask(const Polygon& polygon, Size size) {
  RunBuilder builder(size);
  const std::vector<Side> sides = sides_by_column(polygon, size.width);
  std::vector<std::size_t> active;
  std::vector<Crossing> crossings;
  std::vector<std::pair<int, int>> intervals;
  std::size_t next = 0;
  for (int x = sides.empty() ? 0 : sides[0].first; x < size.width && (next < sides.size() || !active.empty()); ++x) {
    for (; next < sides.size() && sides[next].first == x; ++next) active.push_back(next);
    std::erase_if(active, [&](std::size_t i) { return sides[i].last <= x; });
    crossings.clear();
    for (const std::size_t i : active) crossings.push_back(crossing_at(sides[i], x, size.height));
    const auto column_start = static_cast<std::uint32_t>(static_cast<std::int64_t>(x) * size.height);
    fill_column(crossings, column_start, intervals, builder);
  }
  return std::move(builder).finish();
}

}  // namespace sam
