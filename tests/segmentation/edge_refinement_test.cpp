#include "segmentation/edge_refinement.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "platform/stopped.h"
#include "segmentation/pictures.h"

namespace sam {
namespace {

struct Ellipse {
  double x = 0, y = 0, across = 0, down = 0;
  bool covers(double px, double py) const { return std::hypot((px - x) / across, (py - y) / down) < 1; }
};

Mask mask_of(Size size, const Ellipse& ellipse) {
  std::vector<std::uint8_t> bits;
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) bits.push_back(ellipse.covers(x + 0.5, y + 0.5) ? 255 : 0);
  }
  return mask_from_bits(bits, size);
}

Image noisy(Size size, const Ellipse& ellipse, int object, int ground) {
  std::minstd_rand random(3);
  return make_picture(size, [&](int x, int y, int c) {
    const int level = ellipse.covers(x + 0.5, y + 0.5) ? object : ground;
    return level + static_cast<int>(random() % 20) + (c == 0 ? level / 8 : 0);
  });
}

TEST(EdgeRefinement, FindsTheEdgeNearAnInexactMask) {
  const Size size{320, 240};
  const Ellipse object{170, 110, 80, 60};
  const Image picture = noisy(size, object, 170, 60);
  const Mask truth = mask_of(size, object);
  for (const double off : {-4.0, 3.0}) {
    const Mask given = mask_of(size, {object.x, object.y, object.across + off, object.down + off});
    const Mask answer = refine_edge(given, picture.view(), {});
    EXPECT_LT(mask_iou(given, truth), 0.96);
    EXPECT_GT(mask_iou(answer, truth), 0.985) << off;
    EXPECT_EQ(refine_edge(given, picture.view(), {}), answer) << "the same every time";
  }
}

TEST(EdgeRefinement, AMaskLargerThanThePictureKeepsItsSize) {
  const Ellipse object{400, 300, 150, 200};
  const Image picture = noisy({320, 240}, {object.x / 3, object.y / 3, object.across / 3, object.down / 3}, 170, 60);
  const Size size{960, 720};
  const Mask answer = refine_edge(mask_of(size, {400, 300, 143, 193}), picture.view(), {});
  EXPECT_EQ(answer.size, size);
  EXPECT_GT(mask_iou(answer, mask_of(size, object)), 0.985);
}

TEST(EdgeRefinement, ChangesNothingFarFromTheEdge) {
  const Size size{300, 300};
  const Ellipse given{150, 150, 100, 100};
  const Image picture = noisy(size, {150, 150, 40, 40}, 180, 60);  // the edges of what is seen are elsewhere
  const std::vector<std::uint8_t> before = mask_to_bits(mask_of(size, given));
  const std::vector<std::uint8_t> after = mask_to_bits(refine_edge(mask_of(size, given), picture.view(), {}));
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const std::size_t i = static_cast<std::size_t>(y) * size.width + x;
      const double from_edge = std::abs(std::hypot(x + 0.5 - given.x, y + 0.5 - given.y) - given.across);
      if (from_edge > 12) {  // a fifteenth of the root of its area
        EXPECT_EQ(before[i], after[i]) << x << " " << y;
      }
    }
  }
}

TEST(EdgeRefinement, MasksWithoutAnEdgeComeBackAsTheyAre) {
  const Size size{64, 48};
  const Image picture = noisy(size, {30, 20, 10, 10}, 200, 40);
  for (const std::uint8_t value : {std::uint8_t{0}, std::uint8_t{255}}) {
    const Mask mask = mask_from_bits(std::vector<std::uint8_t>(std::size_t{64} * 48, value), size);
    EXPECT_EQ(refine_edge(mask, picture.view(), {}), mask);
  }
}

TEST(EdgeRefinement, MasksOfAnyShapeStayMasks) {
  const Size size{97, 61};
  const Image picture = noisy(size, {30, 20, 10, 10}, 200, 40);
  std::minstd_rand random(11);
  for (int round = 0; round < 40; ++round) {
    std::vector<std::uint8_t> bits(std::size_t{97} * 61);
    const auto share = 1 + random() % 400;  // from single pixels to noise
    for (std::uint8_t& bit : bits) bit = random() % 400 < share ? 255 : 0;
    const Mask answer = refine_edge(mask_from_bits(bits, size), picture.view(), {});
    std::uint64_t sum = 0;
    for (const std::uint32_t run : answer.runs) sum += run;
    EXPECT_EQ(sum, std::uint64_t{97} * 61);
    EXPECT_EQ(answer.size, size);
  }
}

TEST(EdgeRefinement, EndsWhenNobodyWantsIt) {
  const Ellipse object{32, 24, 12, 12};
  std::stop_source stop;
  stop.request_stop();
  const Image picture = noisy({64, 48}, object, 200, 40);
  EXPECT_THROW(refine_edge(mask_of({64, 48}, object), picture.view(), stop.get_token()), Stopped);
}

}  // namespace
}  // namespace sam
