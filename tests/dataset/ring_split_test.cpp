#include "dataset/ring_split.h"

#include <gtest/gtest.h>

#include <random>

#include "dataset/ring_bridge.h"

namespace sam {
namespace {

TEST(SplitRing, PartsAndHolesComeBack) {
  const Polygon polygon = {{{{10, 10}, {90, 10}, {90, 90}, {10, 90}}, {{{20, 20}, {20, 80}, {80, 80}, {80, 20}}}},
                           {{{40, 40}, {60, 40}, {60, 60}, {40, 60}}, {}}};
  const Polygon back = split_ring(join_rings(polygon), {100, 100});
  ASSERT_EQ(back.size(), 2u);
  EXPECT_EQ(back[0].holes.size() + back[1].holes.size(), 1u);
  EXPECT_EQ(polygon_to_mask(back, {100, 100}), polygon_to_mask(polygon, {100, 100}));
}

TEST(SplitRing, ASimpleRingStaysAsItIs) {
  const Ring ring = {{1, 1}, {1, 5}, {5, 5}};
  EXPECT_EQ(split_ring(ring, {10, 10}), (Polygon{{ring, {}}}));
  EXPECT_EQ(split_ring({}, {10, 10}), (Polygon{{{}, {}}}));
  const Ring doubled = {{1, 1}, {1, 1}, {1, 5}, {5, 5}, {1, 1}};
  EXPECT_EQ(polygon_to_mask(split_ring(doubled, {10, 10}), {10, 10}), polygon_to_mask({{doubled, {}}}, {10, 10}));
}

TEST(SplitRing, CoversTheSamePixelsWhateverTheRing) {
  std::mt19937 random(3);
  std::uniform_int_distribution<int> below_six(0, 5);
  for (int round = 0; round < 100; ++round) {
    Ring ring;
    const int count = std::uniform_int_distribution(3, 42)(random);
    for (int i = 0; i < count; ++i) ring.push_back({4.0 * below_six(random), 4.0 * below_six(random)});
    EXPECT_EQ(polygon_to_mask(split_ring(ring, {24, 24}), {24, 24}), polygon_to_mask({{ring, {}}}, {24, 24}));
  }
}

TEST(SplitRing, MasksOfManyPiecesComeBackInPieces) {
  std::mt19937 random(5);
  int split = 0;
  for (int round = 0; round < 30; ++round) {
    std::vector<std::uint8_t> bits(40 * 30);
    for (auto& bit : bits) bit = random() % 4 != 0;
    const Mask mask = mask_from_bits(bits, {40, 30});
    const Polygon back = split_ring(join_rings(mask_to_polygon(mask, 0)), mask.size);
    EXPECT_EQ(polygon_to_mask(back, mask.size), mask);
    split += back.size() > 1 || !back[0].holes.empty() ? 1 : 0;
  }
  EXPECT_EQ(split, 30);
}

}  // namespace
}  // namespace sam
