#include "dataset/ring_bridge.h"

#include <gtest/gtest.h>

#include <random>

#include "dataset/label_file.h"

namespace sam {
namespace {

Polygon square_with_hole_and_island() {
  return {{{{10, 10}, {90, 10}, {90, 90}, {10, 90}}, {{{20, 20}, {80, 20}, {80, 80}, {20, 80}}}},
          {{{40, 40}, {60, 40}, {60, 60}, {40, 60}}, {}}};
}

TEST(JoinRings, OneRingComesBackAsItIs) {
  const Ring ring = {{1, 1}, {1, 5}, {5, 5}};
  EXPECT_EQ(join_rings({{ring, {}}}), ring);
  EXPECT_TRUE(join_rings({}).empty());
}

TEST(JoinRings, CoversWhatTheRingsCover) {
  const Polygon polygon = square_with_hole_and_island();
  const Ring ring = join_rings(polygon);
  EXPECT_EQ(ring.size(), 12u + 2 * 2u);  // each bridge adds both of its ends once more
  EXPECT_EQ(polygon_to_mask({{ring, {}}}, {100, 100}), polygon_to_mask(polygon, {100, 100}));
}

TEST(JoinRings, ThousandsOfRingsAreJoinedToo) {
  Polygon polygon;
  for (int y = 0; y < 100; ++y) {
    for (int x = 0; x < 100; ++x) {
      const double left = 4 * x + 1;
      const double top = 4 * y + 1;
      polygon.push_back({{{left, top}, {left + 2, top}, {left + 2, top + 2}, {left, top + 2}}, {}});
    }
  }
  EXPECT_EQ(polygon_to_mask({{join_rings(polygon), {}}}, {400, 400}), polygon_to_mask(polygon, {400, 400}));
}

Mask random_blobs(std::mt19937& random, Size size) {
  std::vector<std::uint8_t> bits(static_cast<std::size_t>(size.width * size.height), 0);
  const auto below = [&](int limit) { return static_cast<int>(random() % static_cast<unsigned>(limit)); };
  const int count = 1 + below(12);
  for (int blob = 0; blob < count; ++blob) {
    const int cx = below(size.width);
    const int cy = below(size.height);
    const int radius = 2 + below(40);
    const bool hole = blob > 0 && below(3) == 0;
    for (int y = 0; y < size.height; ++y) {
      for (int x = 0; x < size.width; ++x) {
        if ((x - cx) * (x - cx) + (y - cy) * (y - cy) <= radius * radius) {
          bits[static_cast<std::size_t>(y * size.width + x)] = hole ? 0 : 1;
        }
      }
    }
  }
  return mask_from_bits(bits, size);
}

// What is read back from the one line in the label file is nearly the mask, whatever its parts and holes.
TEST(JoinRings, TheLineInTheLabelFileKeepsTheMask) {
  std::mt19937 random(1);
  int checked = 0;
  while (checked < 200) {
    const Size size{150 + static_cast<int>(random() % 300), 100 + static_cast<int>(random() % 300)};
    Annotation annotation;
    annotation.mask = random_blobs(random, size);
    if (mask_area(annotation.mask) <= 100) continue;
    annotation.polygon = mask_to_polygon(annotation.mask, 0);
    const std::string line = "0 " + label_coordinates(annotation, size) + "\n";
    const LabelFile file = parse_label_file(line, size, 1, "a.txt");
    ASSERT_EQ(file.lines.size(), 1u) << line;
    EXPECT_GE(mask_iou(polygon_to_mask({{file.lines[0].ring, {}}}, size), annotation.mask), 0.99);
    ++checked;
  }
}

TEST(JoinRings, OverlappingPartsAreOutlinedTogether) {
  Annotation annotation;
  annotation.polygon = {{{{10, 10}, {60, 10}, {60, 60}, {10, 60}}, {}}, {{{30, 30}, {90, 30}, {90, 90}, {30, 90}}, {}}};
  annotation.mask = polygon_to_mask(annotation.polygon, {100, 100});
  const LabelFile file = parse_label_file("0 " + label_coordinates(annotation, {100, 100}), {100, 100}, 1, "a.txt");
  ASSERT_EQ(file.lines.size(), 1u);
  EXPECT_EQ(polygon_to_mask({{file.lines[0].ring, {}}}, {100, 100}), annotation.mask);
}

}  // namespace
}  // namespace sam
