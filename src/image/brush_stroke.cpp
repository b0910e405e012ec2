#include "image/brush_stroke.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "image/run_builder.h"

namespace sam {
namespace {

constexpr std::int64_t max_columns = 50'000'000;
constexpr double max_coordinate = 1e7;  // farther points are moved here: exact enough, and no overflow

// A stretch of the line, with the columns that it may reach: [first, last).
struct Piece {
  Point a;
  Point b;
  int first = 0;
  int last = 0;
};

double squared_distance(Point point, const Piece& piece) {
  const double dx = piece.b.x - piece.a.x;
  const double dy = piece.b.y - piece.a.y;
  const double length = dx * dx + dy * dy;
  const double along = length == 0 ? 0 : ((point.x - piece.a.x) * dx + (point.y - piece.a.y) * dy) / length;
  const double t = std::clamp(along, 0.0, 1.0);
  const double x = point.x - (piece.a.x + t * dx);
  const double y = point.y - (piece.a.y + t * dy);
  return x * x + y * y;
}

int clamped(double value, int limit) {
  return static_cast<int>(std::clamp(value, 0.0, static_cast<double>(limit)));
}

std::vector<Piece> pieces_of(const std::vector<Point>& points, double radius, Size size) {
  std::vector<Piece> pieces;
  std::int64_t columns = 0;
  const auto inside = [](Point point) {
    if (!std::isfinite(point.x) || !std::isfinite(point.y)) throw MaskError("a point of the stroke is not a number");
    return Point{std::clamp(point.x, -max_coordinate, max_coordinate),
                 std::clamp(point.y, -max_coordinate, max_coordinate)};
  };
  for (std::size_t i = 0; i < points.size(); ++i) {
    const bool is_last = i + 1 == points.size();
    if (is_last && i > 0) break;  // the piece before ends there
    const Point a = inside(points[i]);
    const Point b = is_last ? a : inside(points[i + 1]);
    const double top = std::min(a.y, b.y) - radius;
    const double bottom = std::max(a.y, b.y) + radius;
    if (bottom < 0 || top > size.height) continue;
    Piece piece{a, b, clamped(std::floor(std::min(a.x, b.x) - radius), size.width),
                clamped(std::ceil(std::max(a.x, b.x) + radius) + 1, size.width)};
    if (piece.first >= piece.last) continue;
    columns += piece.last - piece.first;
    pieces.push_back(piece);
  }
  if (columns > max_columns) {
    throw MaskError("the stroke's pieces span " + std::to_string(columns) + " pixel columns; the limit is " +
                    std::to_string(max_columns) + ": paint it in several strokes");
  }
  std::sort(pieces.begin(), pieces.end(), [](const Piece& a, const Piece& b) { return a.first < b.first; });
  return pieces;
}

// Where the nearest point of the piece to a column's centre line is: around it the covered rows lie, without a gap.
double nearest_row(const Piece& piece, double x) {
  const double dx = piece.b.x - piece.a.x;
  if (dx == 0) return (piece.a.y + piece.b.y) / 2;
  const double t = std::clamp((x - piece.a.x) / dx, 0.0, 1.0);
  return piece.a.y + t * (piece.b.y - piece.a.y);
}

// Rows whose centres are within the radius: what the two discs and the band between them cover of a vertical line is one stretch. Its ends are found by
// the arithmetic and then checked pixel by pixel, so that rounding decides nothing.
std::pair<int, int> rows_of(const Piece& piece, int column, double radius, int height) {
  const double x = column + 0.5;
  double low = nearest_row(piece, x);
  double high = low;
  const auto reach = [&](Point centre) {
    const double off = radius * radius - (x - centre.x) * (x - centre.x);
    if (off < 0) return;
    low = std::min(low, centre.y - std::sqrt(off));
    high = std::max(high, centre.y + std::sqrt(off));
  };
  reach(piece.a);
  reach(piece.b);
  const double dx = piece.b.x - piece.a.x;
  const double dy = piece.b.y - piece.a.y;
  const double length = std::hypot(dx, dy);
  if (length > 0 && dx != 0) {
    for (const double side : {-radius, radius}) {  // the band's two long sides
      const double from_x = piece.a.x - side * dy / length;
      const double t = (x - from_x) / dx;
      if (!(t >= 0 && t <= 1)) continue;
      const double y = piece.a.y + side * dx / length + t * dy;
      low = std::min(low, y);
      high = std::max(high, y);
    }
  }
  const auto covered = [&](int row) { return squared_distance({x, row + 0.5}, piece) <= radius * radius; };
  int first = clamped(std::floor(low - 0.5) - 1, height);
  int last = clamped(std::ceil(high - 0.5) + 2, height);
  while (first < last && !covered(first)) ++first;
  while (last > first && !covered(last - 1)) --last;
  return {first, last};
}

}  // namespace

Mask draw_stroke(const std::vector<Point>& points, double radius_px, Size size) {
  if (!std::isfinite(radius_px) || radius_px < 0) throw MaskError("the radius of the stroke is not a number from 0");
  const double radius = std::min(radius_px, max_coordinate);
  RunBuilder builder(size);
  const std::vector<Piece> pieces = pieces_of(points, radius, size);
  std::vector<std::size_t> active;
  std::vector<std::pair<int, int>> stretches;
  std::size_t next = 0;
  for (int column = pieces.empty() ? size.width : pieces[0].first;
       column < size.width && (next < pieces.size() || !active.empty()); ++column) {
    for (; next < pieces.size() && pieces[next].first == column; ++next) active.push_back(next);
    std::erase_if(active, [&](std::size_t i) { return pieces[i].last <= column; });
    stretches.clear();
    for (const std::size_t i : active) stretches.push_back(rows_of(pieces[i], column, radius, size.height));
    std::sort(stretches.begin(), stretches.end());
    const auto start = static_cast<std::uint32_t>(static_cast<std::int64_t>(column) * size.height);
    int filled = 0;
    for (const auto& [from, to] : stretches) {
      const int begin = std::max(from, filled);
      if (begin >= to) continue;
      builder.add_foreground(start + static_cast<std::uint32_t>(begin), start + static_cast<std::uint32_t>(to));
      filled = to;
    }
  }
  return std::move(builder).finish();
}

}  // namespace sam
