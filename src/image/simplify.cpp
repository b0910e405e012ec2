#include "image/simplify.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

namespace sam {
namespace {

// Douglas-Peucker takes quadratic time on outlines such as combs; between points that are kept anyway it cannot.
constexpr std::size_t longest_piece = 1024;

double squared_distance(Point a, Point b) {
  return (a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y);
}

double squared_distance_to_segment(Point point, Point from, Point to) {
  const double length = squared_distance(from, to);
  if (length == 0) return squared_distance(point, from);
  const double along = ((point.x - from.x) * (to.x - from.x) + (point.y - from.y) * (to.y - from.y)) / length;
  const double t = std::clamp(along, 0.0, 1.0);
  return squared_distance(point, {from.x + t * (to.x - from.x), from.y + t * (to.y - from.y)});
}

// Marks which points between first and last stay; last may be ring.size(), which stands for the first point.
void mark_kept(const Ring& ring, std::size_t first, std::size_t last, double limit, std::vector<char>& keep) {
  std::vector<std::pair<std::size_t, std::size_t>> pieces{{first, last}};
  while (!pieces.empty()) {
    const auto [from, to] = pieces.back();
    pieces.pop_back();
    double worst = limit;
    std::size_t split = from;
    for (std::size_t i = from + 1; i < to; ++i) {
      const double distance = squared_distance_to_segment(ring[i], ring[from], ring[to % ring.size()]);
      if (distance > worst) {
        worst = distance;
        split = i;
      }
    }
    if (split == from) continue;
    keep[split] = 1;
    pieces.emplace_back(from, split);
    pieces.emplace_back(split, to);
  }
}

Ring douglas_peucker(const Ring& ring, double tolerance_px) {
  std::vector<char> keep(ring.size());
  std::vector<std::size_t> anchors;
  const auto far = std::max_element(ring.begin(), ring.end(), [&](Point a, Point b) {
    return squared_distance(a, ring.front()) < squared_distance(b, ring.front());
  });
  for (std::size_t i = 0; i < ring.size(); i += longest_piece) anchors.push_back(i);
  anchors.push_back(static_cast<std::size_t>(far - ring.begin()));
  anchors.push_back(ring.size());
  std::sort(anchors.begin(), anchors.end());
  for (std::size_t i = 0; i + 1 < anchors.size(); ++i) {
    keep[anchors[i]] = 1;
    mark_kept(ring, anchors[i], anchors[i + 1], tolerance_px * tolerance_px, keep);
  }
  Ring kept;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    if (keep[i] != 0) kept.push_back(ring[i]);
  }
  return kept;
}

double twice_area(const Ring& ring) {
  double sum = 0;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const Point a = ring[i];
    const Point b = ring[(i + 1) % ring.size()];
    sum += a.x * b.y - b.x * a.y;
  }
  return std::abs(sum);
}

}  // namespace

Ring simplify_ring(const Ring& ring, double tolerance_px) {
  constexpr double least_px = 0.25;  // below it no corner of a pixel outline goes away
  if (ring.size() < 4) return ring;
  for (; tolerance_px >= least_px; tolerance_px /= 2) {
    Ring simple = douglas_peucker(ring, tolerance_px);
    if (simple.size() >= 3 && twice_area(simple) > 0) return simple;
  }
  return ring;
}

}  // namespace sam
