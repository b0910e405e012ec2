#include "segmentation/grabcut/prior.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "segmentation/grabcut/geodesic.h"
#include "segmentation/grabcut/raster.h"

namespace sam::grabcut {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

// All constants were fitted on one half of the photos of bench/quality and judged on the other. Lengths are in shorter sides of the
// plane unless said otherwise; weights are log-odds.
struct Weights {
  float geodesic;       // of being nearer to the foreground's seeds than to the background's
  float geodesic_rest;  // distance at which that begins to matter
  float step_cost;      // of a whole shorter side, see geodesic_distance
  float colour_cost;
};
constexpr Weights box_weights{2.0f, 5.0f, 15.0f, 0.5f};
constexpr Weights point_weights{6.0f, 5.0f, 50.0f, 2.0f};

float shorter_side(Size size) {
  return static_cast<float>(std::min(size.width, size.height));
}

// 0 in the middle of the box, 1 on a rounded rectangle that touches its sides.
float box_radius(const PixelBox& box, int x, int y) {
  constexpr float power = 8;
  const float u = std::abs((static_cast<float>(x - box.x0) + 0.5f) / static_cast<float>(box.width()) * 2 - 1);
  const float v = std::abs((static_cast<float>(y - box.y0) + 0.5f) / static_cast<float>(box.height()) * 2 - 1);
  return std::pow(std::pow(u, power) + std::pow(v, power), 1 / power);
}

bool inside(const PixelBox& box, int x, int y) {
  return x >= box.x0 && x < box.x1 && y >= box.y0 && y < box.y1;
}

BitPlane seed_bits(Size size, const std::vector<Seed>& points, bool foreground) {
  BitPlane bits(size, 0);
  for (const Seed& seed : points) {
    if (seed.foreground == foreground) bits.row(seed.y)[seed.x] = 255;
  }
  return bits;
}

bool any(const std::vector<Seed>& points, bool foreground) {
  return std::any_of(points.begin(), points.end(), [&](const Seed& seed) { return seed.foreground == foreground; });
}

void add_box(const PixelBox& box, Plane<float>& odds) {
  constexpr float slope = 4;
  constexpr float sure = 0.2f;
  for (int y = 0; y < odds.size.height; ++y) {
    for (int x = 0; x < odds.size.width; ++x) {
      float& value = odds.row(y)[x];
      if (!inside(box, x, y)) {
        value = -infinity;
        continue;
      }
      const float radius = box_radius(box, x, y);
      value = radius < sure ? infinity : value + slope * (1 - radius);
    }
  }
}

// One foreground point alone means a thing of middling size round it.
void add_reach(const Seeds& seeds, Plane<float>& odds) {
  constexpr float slope = 20;
  constexpr float limit = 6;
  const auto reach = static_cast<float>(0.15 * seeds.reach);
  const float side = shorter_side(odds.size);
  const Plane<float> distance = distance_to(seed_bits(odds.size, seeds.points, true));
  for (std::size_t i = 0; i < odds.values.size(); ++i) {
    odds.values[i] += std::clamp(slope * (reach - distance.values[i] / side), -limit, limit);
  }
}

// Round each point its own label, whatever the rest says.
void add_points(const std::vector<Seed>& points, Plane<float>& odds) {
  constexpr float foreground_weight = 3;
  constexpr float foreground_reach = 0.04f;
  constexpr float background_weight = 4;
  constexpr float background_reach = 0.1f;
  constexpr float balance = 2;
  const float side = shorter_side(odds.size);
  const bool has_foreground = any(points, true);
  const bool has_background = any(points, false);
  const Plane<float> to_foreground =
      has_foreground ? distance_to(seed_bits(odds.size, points, true)) : Plane<float>(odds.size, infinity);
  const Plane<float> to_background =
      has_background ? distance_to(seed_bits(odds.size, points, false)) : Plane<float>(odds.size, infinity);
  for (std::size_t i = 0; i < odds.values.size(); ++i) {
    const float f = to_foreground.values[i] / side;
    const float b = to_background.values[i] / side;
    if (has_foreground && has_background) odds.values[i] += balance * (b - f) / (b + f + 0.02f);
    if (b < background_reach && b < f) odds.values[i] -= background_weight * (1 - b / background_reach);
    odds.values[i] += foreground_weight * std::exp(-f * f / (2 * foreground_reach * foreground_reach));
  }
}

// Where the geodesic distances begin: at the points, in the middle and outside of a box, and, later, at the picture's frame.
void geodesic_starts(const Seeds& seeds, Plane<float>& foreground, Plane<float>& background) {
  constexpr float frame_start = 15;
  constexpr float middle = 0.175f;
  const auto [width, height] = foreground.size;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const bool frame = x == 0 || y == 0 || x == width - 1 || y == height - 1;
      if (seeds.box) {
        if (!inside(*seeds.box, x, y))
          background.row(y)[x] = 0;
        else if (box_radius(*seeds.box, x, y) < middle)
          foreground.row(y)[x] = 0;
      } else if (frame) {
        background.row(y)[x] = frame_start;
      }
    }
  }
  if (seeds.box) {
    foreground.row((seeds.box->y0 + seeds.box->y1) / 2)[(seeds.box->x0 + seeds.box->x1) / 2] = 0;
  }
  for (const Seed& seed : seeds.points) {
    (seed.foreground ? foreground : background).row(seed.y)[seed.x] = 0;
  }
}

void add_geodesic(const LabPlane& picture, const Seeds& seeds, Plane<float>& odds) {
  const Weights& weights = seeds.box ? box_weights : point_weights;
  Plane<float> foreground(odds.size, infinity);
  Plane<float> background(odds.size, infinity);
  geodesic_starts(seeds, foreground, background);
  const float side = seeds.box ? shorter_side(seeds.box->size()) : shorter_side(odds.size);
  const float step = weights.step_cost / side;
  foreground = geodesic_distance(picture, std::move(foreground), step, weights.colour_cost);
  background = geodesic_distance(picture, std::move(background), step, weights.colour_cost);
  constexpr float far = 1e5f;
  for (std::size_t i = 0; i < odds.values.size(); ++i) {
    const float f = std::min(foreground.values[i], far);
    const float b = std::min(background.values[i], far);
    odds.values[i] += weights.geodesic * (b - f) / (b + f + weights.geodesic_rest);
  }
}

// A pixel alone can be cut off by smoothness; a small disc holds.
void fix_points(const std::vector<Seed>& points, Plane<float>& odds) {
  constexpr int radius = 2;
  const auto [width, height] = odds.size;
  for (const int reach : {radius, 0}) {  // discs first, so that none covers another point
    for (const Seed& seed : points) {
      for (int y = std::max(0, seed.y - reach); y <= std::min(height - 1, seed.y + reach); ++y) {
        for (int x = std::max(0, seed.x - reach); x <= std::min(width - 1, seed.x + reach); ++x) {
          const int dx = x - seed.x;
          const int dy = y - seed.y;
          if (dx * dx + dy * dy <= reach * reach) odds.row(y)[x] = seed.foreground ? infinity : -infinity;
        }
      }
    }
  }
}

}  // namespace

Plane<float> prior_log_odds(const LabPlane& picture, const Seeds& seeds) {
  Plane<float> odds(picture.size, 0);
  if (!seeds.box) add_reach(seeds, odds);
  if (!seeds.points.empty()) add_points(seeds.points, odds);
  add_geodesic(picture, seeds, odds);
  if (seeds.box) add_box(*seeds.box, odds);
  fix_points(seeds.points, odds);
  return odds;
}

}  // namespace sam::grabcut
