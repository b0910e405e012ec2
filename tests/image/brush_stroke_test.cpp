#include "image/brush_stroke.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "image/random_mask.h"

namespace sam {
namespace {

double distance(Point p, Point a, Point b) {
  const double dx = b.x - a.x;
  const double dy = b.y - a.y;
  const double length = dx * dx + dy * dy;
  const double t = length == 0 ? 0 : std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / length, 0.0, 1.0);
  return std::hypot(p.x - (a.x + t * dx), p.y - (a.y + t * dy));
}

double distance(Point p, const std::vector<Point>& points) {
  double nearest = std::numeric_limits<double>::max();
  for (std::size_t i = 0; i < points.size(); ++i) {
    nearest = std::min(nearest, distance(p, points[i], points[std::min(i + 1, points.size() - 1)]));
  }
  return nearest;
}

TEST(BrushStroke, CoversThePixelsWhoseCentreIsNear) {
  std::mt19937 random(4);
  std::uniform_real_distribution<double> anywhere(-15, 50);
  for (int round = 0; round < 400; ++round) {
    const Size size = random_size(random, 40);
    const double radius = std::uniform_real_distribution<double>(0, round % 3 == 0 ? 2 : 20)(random);
    std::vector<Point> points(static_cast<std::size_t>(1 + round % 6));
    for (Point& point : points) point = {anywhere(random), anywhere(random)};
    if (round % 7 == 0) points.back().x = points.front().x;  // straight up
    if (round % 11 == 0) points.push_back(points.back());
    const std::vector<std::uint8_t> bits = mask_to_bits(draw_stroke(points, radius, size));
    for (int y = 0; y < size.height; ++y) {
      for (int x = 0; x < size.width; ++x) {
        const double off = distance({x + 0.5, y + 0.5}, points) - radius;
        if (std::abs(off) < 1e-9) continue;
        ASSERT_EQ(bits[static_cast<std::size_t>(y) * size.width + x] != 0, off < 0) << x << "," << y << " by " << off;
      }
    }
  }
}

TEST(BrushStroke, AtWholeNumbersTheEdgeBelongsToIt) {
  const Mask mask = draw_stroke({{2.5, 2.5}}, 1, {5, 5});
  EXPECT_EQ(mask_area(mask), 5u);  // the centre and its four neighbours
  EXPECT_EQ(mask_area(draw_stroke({{2.5, 2.5}}, 0, {5, 5})), 1u);
  EXPECT_EQ(mask_area(draw_stroke({}, 3, {5, 5})), 0u);
  EXPECT_EQ(mask_area(draw_stroke({{-100, 2}, {-50, 3}}, 10, {5, 5})), 0u);
  EXPECT_EQ(mask_area(draw_stroke({{2, 2}}, 1e300, {5, 5})), 25u);
}

TEST(BrushStroke, WhatIsNoNumberOrTooMuchIsRefused) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(draw_stroke({{nan, 2}}, 1, {5, 5}), MaskError);
  EXPECT_THROW(draw_stroke({{2, 2}}, nan, {5, 5}), MaskError);
  EXPECT_THROW(draw_stroke({{2, 2}}, -1, {5, 5}), MaskError);
  EXPECT_THROW(draw_stroke(std::vector<Point>(20'000, {5000, 5}), 5000, {10'000, 10}), MaskError);
}

TEST(BrushStroke, AGreatPictureCostsItsStrokeOnly) {
  const Mask mask = draw_stroke({{10'000, 10'000}, {10'500, 10'200}}, 30, {60'000, 60'000});
  EXPECT_LT(mask.runs.size(), 2000u);
  EXPECT_NEAR(static_cast<double>(mask_area(mask)), std::hypot(500, 200) * 60 + 3.14159 * 900, 200);
}

}  // namespace
}  // namespace sam
