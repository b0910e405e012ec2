// Polygons that cross themselves, that leave the picture, that do not say what their mask says.
#include "dataset/polygon_check.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "dataset/ring_bridge.h"

namespace sam {
namespace {

Mask random_mask(Size size, std::mt19937& random) {
  std::vector<std::uint8_t> bits(pixel_count(size));
  std::bernoulli_distribution is_set(0.5);
  for (auto& bit : bits) bit = is_set(random) ? 1 : 0;
  return mask_from_bits(bits, size);
}

TEST(PolygonCheck, ABowTieCrossesItselfAndSaysWhere) {
  const auto at = find_crossing({{{{0, 0}, {10, 10}, {10, 0}, {0, 10}}, {}}});
  ASSERT_TRUE(at);
  EXPECT_EQ(*at, (Point{5, 5}));
}

TEST(PolygonCheck, AHoleThatLeavesItsPartCrossesIt) {
  EXPECT_FALSE(find_crossing({{{{0, 0}, {10, 0}, {10, 10}, {0, 10}}, {{{2, 2}, {2, 5}, {5, 5}}}}}));
  EXPECT_TRUE(find_crossing({{{{0, 0}, {10, 0}, {10, 10}, {0, 10}}, {{{2, 2}, {2, 5}, {15, 5}}}}}));
}

TEST(PolygonCheck, WhatOnlyTouchesIsSound) {
  EXPECT_FALSE(find_crossing({}));
  EXPECT_FALSE(find_crossing({{{}, {}}}));
  EXPECT_FALSE(find_crossing({{{{0, 0}, {5, 5}, {10, 0}, {10, 10}, {5, 5}, {0, 10}}, {}}})) << "at a corner";
  EXPECT_FALSE(find_crossing({{{{0, 0}, {10, 0}, {10, 10}, {10, 0}, {0, 10}}, {}}})) << "a spike";
  EXPECT_FALSE(find_crossing({{{{3, 3}, {3, 3}, {3, 3}}, {}}}));
}

TEST(PolygonCheck, ExactOutlinesNeverCrossAlsoJoinedByBridges) {
  std::mt19937 random(7);
  for (int i = 0; i < 50; ++i) {
    const Mask mask = random_mask({12, 9}, random);
    const Polygon polygon = mask_to_polygon(mask, 0);
    EXPECT_FALSE(find_crossing(polygon));
    for (const PolygonPart& part : polygon) {
      EXPECT_FALSE(find_crossing({{join_rings({part}), {}}}));
    }
  }
}

TEST(PolygonCheck, CrossingsAreFoundAsByComparingAllSides) {
  std::mt19937 random(11);
  std::uniform_int_distribution<int> coordinate(0, 1000);
  int crossing = 0;
  for (int i = 0; i < 300; ++i) {
    Ring ring;
    for (int k = 0; k < 5; ++k) ring.push_back({double(coordinate(random)), double(coordinate(random))});
    const auto turn = [](Point a, Point b, Point c) { return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x); };
    bool expected = false;
    for (std::size_t a = 0; a < ring.size(); ++a) {
      for (std::size_t b = a + 1; b < ring.size(); ++b) {
        const Point p = ring[a], q = ring[(a + 1) % 5], r = ring[b], s = ring[(b + 1) % 5];
        expected = expected || (turn(p, q, r) * turn(p, q, s) < 0 && turn(r, s, p) * turn(r, s, q) < 0);
      }
    }
    crossing += expected ? 1 : 0;
    EXPECT_EQ(find_crossing({{ring, {}}}).has_value(), expected);
  }
  EXPECT_GT(crossing, 50);
}

TEST(PolygonCheck, WhatIsCutAtTheBorderCoversTheSamePixels) {
  std::mt19937 random(3);
  std::uniform_real_distribution<double> coordinate(-30, 70);
  const Size size{40, 30};
  for (int i = 0; i < 200; ++i) {
    Ring ring;
    for (int k = 0; k < 3; ++k) ring.push_back({coordinate(random), coordinate(random)});
    const Polygon polygon = {{ring, {}}};
    const Polygon inside = cut_at_border(polygon, size);
    EXPECT_FALSE(leaves_picture(inside, size));
    const Mask before = polygon_to_mask(polygon, size);
    const Mask after = polygon_to_mask(inside, size);
    EXPECT_LE(std::abs(double(mask_area(before)) - double(mask_area(after))), 2);
    if (mask_area(before) <= 100) continue;
    EXPECT_GE(mask_iou(before, after), 0.98);
  }
  EXPECT_TRUE(leaves_picture({{{{0, 0}, {40.1, 0}, {40, 30}}, {}}}, size));
  EXPECT_FALSE(leaves_picture({{{{0, 0}, {40, 0}, {40, 30}}, {}}}, size));
}

TEST(PolygonCheck, APolygonMadeAnewIsSoundAndSaysWhatTheMaskSays) {
  std::mt19937 random(5);
  for (int i = 0; i < 50; ++i) {
    const Mask mask = random_mask({20, 15}, random);
    const Polygon polygon = polygon_of(mask);
    EXPECT_FALSE(find_crossing(polygon));
    EXPECT_GE(mask_iou(polygon_to_mask(polygon, mask.size), mask), 0.99);
  }
}

}  // namespace
}  // namespace sam
