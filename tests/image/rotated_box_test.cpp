#include "image/rotated_box.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <random>

namespace sam {
namespace {

double area(const RotatedBox& box) {
  const double a = std::hypot(box[1].x - box[0].x, box[1].y - box[0].y);
  const double b = std::hypot(box[2].x - box[1].x, box[2].y - box[1].y);
  return a * b;
}

TEST(RotatedBox, AnUprightBoxOfPixelsComesBackExactly) {
  Mask mask{{10000, 9000}, {}};
  mask = polygon_to_mask({{{{17, 33}, {9876, 33}, {9876, 8765}, {17, 8765}}, {}}}, mask.size);
  RotatedBox box = smallest_rotated_box(mask, {});
  std::sort(box.begin(), box.end(), [](Point a, Point b) { return a.x != b.x ? a.x < b.x : a.y < b.y; });
  EXPECT_EQ(box, (RotatedBox{Point{17, 33}, {17, 8765}, {9876, 33}, {9876, 8765}}));
}

TEST(RotatedBox, ATurnedBoxIsFound) {
  const std::vector<Point> points = {{10, 20}, {40, 60}, {20, 75}, {-10, 35}, {15, 48}};
  EXPECT_NEAR(area(smallest_rotated_box(points)), 50 * 25, 1e-9);
}

TEST(RotatedBox, OnePixelALineAndNothing) {
  EXPECT_DOUBLE_EQ(area(smallest_rotated_box(mask_from_bits(std::vector<std::uint8_t>{0, 1}, {2, 1}), {})), 1);
  EXPECT_EQ(area(smallest_rotated_box(std::vector<Point>{{1, 1}, {3, 3}, {2, 2}})), 0);
  EXPECT_EQ(smallest_rotated_box(std::vector<Point>{{4, 5}, {4, 5}}),
            (RotatedBox{Point{4, 5}, {4, 5}, {4, 5}, {4, 5}}));
  EXPECT_EQ(smallest_rotated_box(Mask{}, {{{{std::nan(""), 1}}, {}}}), RotatedBox{});
}

TEST(RotatedBox, HoldsAllPointsAndIsNoLargerThanOpenCvs) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> coordinate(-100, 5000);
  for (int round = 0; round < 200; ++round) {
    std::vector<Point> points;
    std::vector<cv::Point2f> theirs;
    for (int i = 0; i < 3 + round % 40; ++i) {
      points.push_back({coordinate(random), coordinate(random)});
      theirs.emplace_back(static_cast<float>(points.back().x), static_cast<float>(points.back().y));
    }
    const RotatedBox box = smallest_rotated_box(points);
    for (Point point : points) {
      for (std::size_t i = 0; i < 4; ++i) {
        const Point a = box[i];
        const Point b = box[(i + 1) % 4];
        const double distance =
            ((b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x)) / std::hypot(b.x - a.x, b.y - a.y);
        EXPECT_GE(distance, -1e-6);
      }
    }
    const cv::Size2f size = cv::minAreaRect(theirs).size;
    EXPECT_LE(area(box), static_cast<double>(size.width) * static_cast<double>(size.height) * 1.0001);
  }
}

}  // namespace
}  // namespace sam
