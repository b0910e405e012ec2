#include "image/orientation.h"

#include <gtest/gtest.h>

#include <cmath>

namespace sam {
namespace {

// Points, masks and pictures are turned the same way: pixel by pixel, for all eight orientations.
TEST(Orientation, PointsAndMasksGoWhereThePixelsGo) {
  const Size stored{5, 3};
  for (Orientation orientation = 1; orientation <= 8; ++orientation) {
    for (int y = 0; y < stored.height; ++y) {
      for (int x = 0; x < stored.width; ++x) {
        SCOPED_TRACE(std::to_string(orientation) + ": " + std::to_string(x) + ", " + std::to_string(y));
        std::vector<std::uint8_t> bits(pixel_count(stored));
        bits[static_cast<std::size_t>(y * stored.width + x)] = 255;
        const Mask upright = make_upright(mask_from_bits(bits, stored), orientation);
        ASSERT_EQ(upright.size, turn_size(stored, orientation));
        const Box box = mask_box(upright);
        const Point centre = to_upright(Point{x + 0.5, y + 0.5}, stored, orientation);
        EXPECT_EQ(centre, (Point{box.x0 + 0.5, box.y0 + 0.5}));

        auto pixels = std::make_shared<std::uint8_t[]>(pixel_count(stored) * 3);
        for (std::size_t i = 0; i < bits.size(); ++i) pixels[3 * i] = bits[i];
        const Image picture = make_upright(Image(stored, std::move(pixels)).view(), orientation);
        EXPECT_EQ(picture.view().row(static_cast<int>(box.y0))[3 * static_cast<int>(box.x0)], 255);
      }
    }
  }
}

TEST(Orientation, CornersStayCorners) {
  const Size stored{40, 30};
  for (Orientation orientation = 1; orientation <= 8; ++orientation) {
    const Size upright = turn_size(stored, orientation);
    for (const Point corner : {Point{0, 0}, Point{40, 0}, Point{40, 30}, Point{0, 30}}) {
      const Point turned = to_upright(corner, stored, orientation);
      EXPECT_TRUE((turned.x == 0 || turned.x == upright.width) && (turned.y == 0 || turned.y == upright.height));
    }
  }
}

}  // namespace
}  // namespace sam
