#include "image/polygon.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>

namespace sam {
namespace {

Mask mask_of(const std::vector<std::string>& rows) {
  const Size size{static_cast<int>(rows[0].size()), static_cast<int>(rows.size())};
  std::vector<std::uint8_t> bits;
  for (const std::string& row : rows) {
    for (const char c : row) bits.push_back(c == '#');
  }
  return mask_from_bits(bits, size);
}

Mask random_mask(Size size, double density, std::mt19937& random) {
  std::bernoulli_distribution inside(density);
  std::vector<std::uint8_t> bits(static_cast<std::size_t>(size.width) * size.height);
  for (auto& bit : bits) bit = inside(random);
  return mask_from_bits(bits, size);
}

double signed_area(const Ring& ring) {
  double sum = 0;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const Point a = ring[i];
    const Point b = ring[(i + 1) % ring.size()];
    sum += a.x * b.y - b.x * a.y;
  }
  return sum / 2;
}

bool is_inside(const PolygonPart& part, Point point) {
  bool inside = false;
  const auto cast = [&](const Ring& ring) {
    for (std::size_t i = 0; i < ring.size(); ++i) {
      const Point a = ring[i];
      const Point b = ring[(i + 1) % ring.size()];
      if ((a.y > point.y) == (b.y > point.y)) continue;
      if (point.x < a.x + (point.y - a.y) * (b.x - a.x) / (b.y - a.y)) inside = !inside;
    }
  };
  cast(part.outer);
  for (const Ring& hole : part.holes) cast(hole);
  return inside;
}

TEST(MaskToPolygon, OnePixelIsASquare) {
  const Polygon polygon = mask_to_polygon(mask_of({"...", ".#.", "..."}), 0);
  ASSERT_EQ(polygon.size(), 1U);
  EXPECT_EQ(polygon[0].outer, (Ring{{1, 2}, {1, 1}, {2, 1}, {2, 2}}));
  EXPECT_TRUE(polygon[0].holes.empty());
}

TEST(MaskToPolygon, HolesBelongToTheirPart) {
  const Polygon polygon =
      mask_to_polygon(mask_of({"#####..###", "#...#..#.#", "#.#.#..###", "#...#.....", "#####....."}), 0);
  ASSERT_EQ(polygon.size(), 3U);
  EXPECT_EQ(polygon[0].outer.size(), 4U);
  ASSERT_EQ(polygon[0].holes.size(), 1U);
  EXPECT_EQ(signed_area(polygon[0].outer), 25);
  EXPECT_EQ(signed_area(polygon[0].holes[0]), -9);
  EXPECT_TRUE(polygon[1].holes.empty());
  EXPECT_EQ(signed_area(polygon[1].outer), 1);
  ASSERT_EQ(polygon[2].holes.size(), 1U);
  EXPECT_EQ(signed_area(polygon[2].holes[0]), -1);
}

TEST(MaskToPolygon, PixelsThatTouchAtACornerAreOnePart) {
  EXPECT_EQ(mask_to_polygon(mask_of({"#..", ".#.", "..#"}), 0).size(), 1U);
  EXPECT_EQ(mask_to_polygon(mask_of({"..#", ".#.", "#.."}), 0).size(), 1U);
  const Polygon ring = mask_to_polygon(mask_of({".#.", "#.#", ".#."}), 0);
  ASSERT_EQ(ring.size(), 1U);
  EXPECT_EQ(ring[0].holes.size(), 1U);
}

TEST(MaskToPolygon, NothingAndEverything) {
  EXPECT_TRUE(mask_to_polygon(Mask{}, 0).empty());
  EXPECT_TRUE(mask_to_polygon(mask_of({"...", "..."}), 1).empty());
  const Polygon all = mask_to_polygon(mask_of({"###", "###"}), 1);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].outer, (Ring{{0, 2}, {0, 0}, {3, 0}, {3, 2}}));
}

TEST(MaskToPolygon, RingsThatGiveTheSameMaskBack) {
  std::mt19937 random(1);
  for (int round = 0; round < 600; ++round) {
    const Size size{std::uniform_int_distribution<int>(1, 24)(random),
                    std::uniform_int_distribution<int>(1, 24)(random)};
    const double density = std::uniform_real_distribution<double>(0, 1)(random);
    const Mask mask = random_mask(size, density, random);
    const Polygon polygon = mask_to_polygon(mask, 0);
    EXPECT_EQ(polygon_to_mask(polygon, size), mask);
    double area = 0;
    for (const PolygonPart& part : polygon) {
      EXPECT_GT(signed_area(part.outer), 0);
      area += signed_area(part.outer);
      for (const Ring& hole : part.holes) {
        EXPECT_LT(signed_area(hole), 0);
        area += signed_area(hole);
      }
    }
    EXPECT_EQ(area, static_cast<double>(mask_area(mask)));
  }
}

TEST(MaskToPolygon, SimplifiedOutlineStaysWithinTheTolerance) {
  std::vector<std::uint8_t> bits(300 * 300);
  for (int y = 0; y < 300; ++y) {
    for (int x = 0; x < 300; ++x) bits[y * 300 + x] = (x - 150) * (x - 150) + (y - 150) * (y - 150) < 120 * 120;
  }
  const Mask mask = mask_from_bits(bits, {300, 300});
  const Polygon exact = mask_to_polygon(mask, 0);
  const Polygon simple = mask_to_polygon(mask, 1.5);
  ASSERT_EQ(simple.size(), 1U);
  EXPECT_LT(simple[0].outer.size() * 8, exact[0].outer.size());
  EXPECT_GT(mask_iou(polygon_to_mask(simple, mask.size), mask), 0.98);
  for (const Point corner : exact[0].outer) {
    double nearest = 1e9;
    const Ring& ring = simple[0].outer;
    for (std::size_t i = 0; i < ring.size(); ++i) {
      const Point a = ring[i];
      const Point b = ring[(i + 1) % ring.size()];
      const double length = std::hypot(b.x - a.x, b.y - a.y);
      const double along = ((corner.x - a.x) * (b.x - a.x) + (corner.y - a.y) * (b.y - a.y)) / (length * length);
      const double t = std::min(1.0, std::max(0.0, along));
      nearest = std::min(nearest, std::hypot(corner.x - a.x - t * (b.x - a.x), corner.y - a.y - t * (b.y - a.y)));
    }
    EXPECT_LE(nearest, 1.5 + 1e-9);
  }
}

TEST(MaskToPolygon, SimplifiedRingsNeverCollapse) {
  std::mt19937 random(2);
  for (const double tolerance : {0.3, 1.0, 5.0, 1000.0}) {
    const Mask mask = random_mask({40, 40}, 0.15, random);
    const Polygon exact = mask_to_polygon(mask, 0);
    const Polygon simple = mask_to_polygon(mask, tolerance);
    ASSERT_EQ(simple.size(), exact.size());
    for (std::size_t i = 0; i < simple.size(); ++i) {
      EXPECT_GE(simple[i].outer.size(), 3U);
      EXPECT_EQ(simple[i].holes.size(), exact[i].holes.size());
    }
  }
}

// Blobs, blots of a few pixels, rings and combs, of all sizes, also at the border: what is drawn from the kept outline is the mask to 1 %.
TEST(MaskToFaithfulPolygon, DrawnAgainItIsTheMaskToOnePercent) {
  std::mt19937 random(11);
  const auto below = [&](int limit) { return static_cast<int>(random() % static_cast<unsigned>(limit)); };
  for (int turn = 0; turn < 300; ++turn) {
    const Size size{1 + below(160), 1 + below(160)};
    std::vector<std::uint8_t> bits(static_cast<std::size_t>(size.width) * size.height);
    for (int blob = 1 + below(5); blob > 0; --blob) {
      const int cx = below(size.width);
      const int cy = below(size.height);
      const int rx = 1 + below(40);
      const int ry = 1 + below(40);
      const bool hole = blob == 1 && turn % 3 == 0;
      for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x) {
          const double dx = static_cast<double>(x - cx) / rx;
          const double dy = static_cast<double>(y - cy) / ry;
          if (dx * dx + dy * dy <= 1) bits[static_cast<std::size_t>(y) * size.width + x] = hole ? 0 : 255;
        }
      }
    }
    const Mask mask = mask_from_bits(bits, size);
    const Mask drawn = polygon_to_mask(mask_to_faithful_polygon(mask, 1.0), size);
    EXPECT_GE(mask_iou(drawn, mask), 0.99) << turn << ", area " << mask_area(mask);
  }
}

TEST(PolygonToMask, TakesThePixelsWhoseCentreIsInside) {
  std::mt19937 random(3);
  std::uniform_real_distribution<double> coordinate(-10, 40);
  for (int round = 0; round < 200; ++round) {
    Polygon polygon(2);
    for (PolygonPart& part : polygon) {
      for (int i = 0; i < 7; ++i) part.outer.push_back({coordinate(random), coordinate(random)});
      part.holes.emplace_back();
      for (int i = 0; i < 3; ++i) part.holes[0].push_back({coordinate(random), coordinate(random)});
    }
    const Size size{30, 25};
    const auto bits = mask_to_bits(polygon_to_mask(polygon, size));
    for (int y = 0; y < size.height; ++y) {
      for (int x = 0; x < size.width; ++x) {
        const Point centre{x + 0.5, y + 0.5};
        EXPECT_EQ(bits[y * size.width + x] != 0, is_inside(polygon[0], centre) || is_inside(polygon[1], centre));
      }
    }
  }
}

TEST(PolygonToMask, NeighboursShareNoPixelAndLeaveNone) {
  std::mt19937 random(4);
  std::uniform_real_distribution<double> coordinate(0, 50);
  for (int round = 0; round < 100; ++round) {
    const Point a{0, coordinate(random)};
    const Point b{50, coordinate(random)};
    const Mask upper = polygon_to_mask({{{{0, 0}, {50, 0}, b, a}, {}}}, {50, 50});
    const Mask lower = polygon_to_mask({{{a, b, {50, 50}, {0, 50}}, {}}}, {50, 50});
    EXPECT_EQ(mask_area(upper) + mask_area(lower), 2500U);
    EXPECT_EQ(mask_area(upper) == 0 || mask_area(lower) == 0 ? 0 : mask_iou(upper, lower), 0);
  }
}

TEST(PolygonToMask, HostileRingsDoNoHarm) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  constexpr double inf = std::numeric_limits<double>::infinity();
  const Size size{64, 48};
  const auto area = [&](const Ring& ring) { return mask_area(polygon_to_mask({{ring, {}}}, size)); };
  EXPECT_EQ(area({}), 0U);
  EXPECT_EQ(area({{1, 1}}), 0U);
  EXPECT_EQ(area({{1, 1}, {40, 40}}), 0U);
  EXPECT_EQ(area({{1, 1}, {nan, 40}, {40, 1}}), 0U);
  EXPECT_EQ(area({{1, 1}, {inf, 40}, {40, 1}}), 0U);
  EXPECT_EQ(area({{5, 5}, {5, 5}, {5, 5}, {5, 5}}), 0U);
  EXPECT_EQ(area({{-1e308, -1e308}, {1e308, -1e308}, {1e308, 1e308}, {-1e308, 1e308}}), 64U * 48U);
  EXPECT_EQ(area({{-1e12, -1e12}, {-1e12, 1e12}, {-5, 1e12}, {-5, -1e12}}), 0U);
  EXPECT_EQ(area({{0, 0}, {64, 48}, {64, 0}, {0, 48}}), 64U * 48U / 2);
  EXPECT_EQ(polygon_to_mask({{{{0, 0}, {9, 0}, {9, 9}}, {}}}, {0, 0}), Mask{});
}

TEST(PolygonToMask, EndlessWorkIsRefused) {
  Ring zigzag;
  for (int i = 0; i < 20000; ++i) zigzag.push_back({i % 2 == 0 ? 0.0 : 30000.0, i * 1.0});
  EXPECT_THROW(polygon_to_mask({{zigzag, {}}}, {30000, 20000}), MaskError);
}

TEST(MaskToPolygon, ACombTakesNoQuadraticTime) {
  const Size size{20000, 60};
  std::vector<std::uint8_t> bits(static_cast<std::size_t>(size.width) * size.height);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x)
      bits[static_cast<std::size_t>(y) * size.width + x] = y > (x % 2 == 0 ? 50 : x / 500);
  }
  const Mask mask = mask_from_bits(bits, size);
  EXPECT_EQ(polygon_to_mask(mask_to_polygon(mask, 0), size), mask);
  EXPECT_EQ(mask_to_polygon(mask, 2).size(), 1U);
}

}  // namespace
}  // namespace sam
