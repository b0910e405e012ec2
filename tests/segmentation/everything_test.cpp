// The grid, the stability and the choice among candidates, as laws over random ones.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "segmentation/everything/point_grid.h"
#include "segmentation/everything/segment_choice.h"
#include "segmentation/everything/stability.h"

namespace sam {
namespace {

constexpr Size picture{60, 40};

TEST(PointGrid, HasOnePointInTheMiddleOfEachCell) {
  for (const int side : {1, 2, 3, 4, 7, 32, 33, 64}) {
    const std::vector<Point> points = point_grid(side, {640, 480});
    std::set<std::pair<int, int>> cells;
    for (const Point& point : points) {
      const double x = point.x * side / 640 - 0.5;
      const double y = point.y * side / 480 - 0.5;
      EXPECT_NEAR(x, std::round(x), 1e-9);
      EXPECT_NEAR(y, std::round(y), 1e-9);
      cells.emplace(std::lround(x), std::lround(y));
    }
    EXPECT_EQ(points.size(), static_cast<std::size_t>(side) * side);
    EXPECT_EQ(cells.size(), points.size()) << side;
    EXPECT_EQ(cells.begin()->first, 0);
    EXPECT_EQ(cells.rbegin()->first, side - 1);
  }
}

TEST(PointGrid, IsCoarseFirst) {
  // After a sixteenth of the points every quarter of the picture has been asked about equally often.
  const std::vector<Point> points = point_grid(32, {100, 100});
  std::array<int, 4> in_quarter{};
  for (std::size_t i = 0; i < points.size() / 16; ++i) {
    ++in_quarter[(points[i].x > 50 ? 1 : 0) + (points[i].y > 50 ? 2 : 0)];
  }
  for (const int count : in_quarter) EXPECT_EQ(count, 16);
}

TEST(MaskStability, IsTheShareThatASurerThresholdKeeps) {
  EXPECT_DOUBLE_EQ(mask_stability({{2, 2}, {5, 5, -5, -5}, ""}), 1);
  EXPECT_DOUBLE_EQ(mask_stability({{2, 2}, {5, 0.5F, -0.5F, -5}, ""}), 1.0 / 3);
  EXPECT_DOUBLE_EQ(mask_stability({{2, 2}, {-5, -5, -5, -5}, ""}), 0);
  EXPECT_DOUBLE_EQ(mask_stability({{2, 2}, {0, 0, 0, 0}, ""}), 0);
  EXPECT_DOUBLE_EQ(mask_stability({{2, 1}, {std::numeric_limits<float>::quiet_NaN(), 5}, ""}), 1);
}

// A rectangle with a score; found at a point of its own.
Segment rectangle(int x0, int y0, int x1, int y1, double score) {
  std::vector<std::uint8_t> bits(pixel_count(picture));
  for (int y = y0; y < y1; ++y) {
    for (int x = x0; x < x1; ++x) bits[static_cast<std::size_t>(y) * picture.width + x] = 1;
  }
  Segment segment;
  segment.mask = mask_from_bits(bits, picture);
  segment.box = mask_box(segment.mask);
  segment.area_px = mask_area(segment.mask);
  segment.score = score;
  segment.stability = 1;
  segment.point = {score, static_cast<double>(x0)};
  return segment;
}

std::vector<Segment> random_segments(std::mt19937& random, int count) {
  const auto number = [&](int from, int to) { return std::uniform_int_distribution<int>(from, to)(random); };
  std::vector<Segment> segments;
  for (int i = 0; i < count; ++i) {
    const int x0 = number(0, 40);
    const int y0 = number(0, 25);
    segments.push_back(rectangle(x0, y0, x0 + number(1, 20), y0 + number(1, 15), number(0, 20) / 20.0));
  }
  return segments;
}

// The definition: from the best to the worst, what overlaps no chosen one too much.
Segments chosen_by_definition(std::vector<Segment> all, double max_iou) {
  std::sort(all.begin(), all.end(), is_better);
  Segments chosen;
  for (const Segment& each : all) {
    const bool in_the_way = std::any_of(
        chosen.begin(), chosen.end(), [&](const auto& better) { return mask_iou(better->mask, each.mask) > max_iou; });
    if (!in_the_way) chosen.push_back(std::make_shared<const Segment>(each));
  }
  return chosen;
}

std::vector<std::pair<double, Mask>> contents(const Segments& segments) {
  std::vector<std::pair<double, Mask>> all;
  for (const auto& each : segments) all.emplace_back(each->score, each->mask);
  return all;
}

TEST(OverlapMoreThan, IsWhatTheMasksIouSays) {
  std::mt19937 random(1);
  const std::vector<Segment> segments = random_segments(random, 60);
  for (const Segment& a : segments) {
    for (const Segment& b : segments) {
      for (const double limit : {0.0, 0.3, 0.7, 1.0}) {
        EXPECT_EQ(overlap_more_than(a, b, limit), mask_iou(a.mask, b.mask) > limit);
      }
    }
  }
}

TEST(SegmentChoice, IsAtEveryMomentTheChoiceByDefinitionWhateverTheOrder) {
  std::mt19937 random(7);
  for (int round = 0; round < 40; ++round) {
    const double max_iou = round % 4 * 0.25;
    std::vector<Segment> all = random_segments(random, 40);
    SegmentChoice choice(max_iou);
    std::vector<Segment> so_far;
    Segments before;
    for (const Segment& each : all) {
      so_far.push_back(each);
      const bool changed = choice.add(each);
      const Segments now = choice.chosen();
      ASSERT_EQ(contents(now), contents(chosen_by_definition(so_far, max_iou)));
      EXPECT_EQ(changed, contents(now) != contents(before));
      EXPECT_EQ(choice.chosen_count(), now.size());
      before = now;
    }
    std::shuffle(all.begin(), all.end(), random);
    SegmentChoice shuffled(max_iou);
    for (const Segment& each : all) shuffled.add(each);
    EXPECT_EQ(contents(shuffled.chosen()), contents(before));
  }
}

TEST(SegmentChoice, DroppingTheOthersLeavesTheChosenAndCountsBytes) {
  std::mt19937 random(3);
  SegmentChoice choice(0.3);
  for (const Segment& each : random_segments(random, 100)) choice.add(each);
  const auto chosen = contents(choice.chosen());
  const std::uint64_t before = choice.byte_size();
  ASSERT_LT(chosen.size(), choice.count());
  choice.drop_others();
  EXPECT_EQ(contents(choice.chosen()), chosen);
  EXPECT_EQ(choice.count(), chosen.size());
  EXPECT_LT(choice.byte_size(), before);
  while (choice.count() > 1) EXPECT_TRUE(choice.drop_worst());
  EXPECT_EQ(contents(choice.chosen()), std::vector(chosen.begin(), chosen.begin() + 1));
  choice.drop_worst();
  EXPECT_EQ(choice.byte_size(), 0U);
}

TEST(SegmentChoice, ACandidateIsChosenAfterAllWhenItsBetterIsPushedOut) {
  SegmentChoice choice(0.5);
  const Segment left = rectangle(0, 0, 10, 10, 0.5);
  const Segment middle = rectangle(3, 0, 13, 10, 0.7);
  const Segment right = rectangle(6, 0, 16, 10, 0.9);
  choice.add(middle);
  EXPECT_FALSE(choice.add(left));  // 7 of 13 columns
  EXPECT_TRUE(choice.add(right));
  ASSERT_EQ(choice.chosen().size(), 2U);
  EXPECT_EQ(choice.chosen()[0]->mask, right.mask);
  EXPECT_EQ(choice.chosen()[1]->mask, left.mask);
}

}  // namespace
}  // namespace sam
