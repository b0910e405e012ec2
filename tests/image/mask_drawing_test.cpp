// What each view does to which pixels.
#include "image/mask_drawing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace sam {
namespace {

constexpr Size size{30, 20};
constexpr Colour red = {200, 0, 0};
constexpr Colour blue = {0, 0, 200};

using Pixel = std::array<int, 3>;

Image grey_picture(Size of, std::uint8_t value) {
  const std::size_t bytes = std::size_t{3} * static_cast<std::size_t>(of.width) * static_cast<std::size_t>(of.height);
  std::shared_ptr<std::uint8_t[]> pixels(new std::uint8_t[bytes]);
  std::fill(pixels.get(), pixels.get() + bytes, value);
  return {of, std::move(pixels)};
}

Pixel at(const Image& image, int x, int y) {
  const std::uint8_t* pixel = image.view().row(y) + std::ptrdiff_t{3} * x;
  return {pixel[0], pixel[1], pixel[2]};
}

Mask box_mask(Size of, int x0, int y0, int x1, int y1) {
  std::vector<std::uint8_t> bits(pixel_count(of));
  for (int y = y0; y < y1; ++y) {
    for (int x = x0; x < x1; ++x) bits[static_cast<std::size_t>(y) * of.width + x] = 1;
  }
  return mask_from_bits(bits, of);
}

const Mask whole_middle = box_mask(size, 5, 4, 20, 16);
const Mask corner = box_mask(size, 15, 10, 30, 20);

bool is_inside(int x, int y) {
  return x >= 5 && x < 20 && y >= 4 && y < 16;
}

bool is_edge(int x, int y) {
  return is_inside(x, y) && (x == 5 || x == 19 || y == 4 || y == 15);
}

TEST(MaskDrawing, AnOverlayTintsWhatIsUnderTheMask) {
  const std::array<DrawnMask, 1> masks = {{{&whole_middle, red, ""}}};
  const Image drawn = draw_masks(grey_picture(size, 100), masks, {MaskView::overlay, 0.5, false});
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      EXPECT_EQ(at(drawn, x, y), is_inside(x, y) ? (Pixel{150, 50, 50}) : (Pixel{100, 100, 100})) << x << ' ' << y;
    }
  }
}

TEST(MaskDrawing, OpacityIsFromNothingToTheColour) {
  const std::array<DrawnMask, 1> masks = {{{&whole_middle, red, ""}}};
  EXPECT_EQ(at(draw_masks(grey_picture(size, 100), masks, {MaskView::overlay, 0, false}), 10, 10),
            (Pixel{100, 100, 100}));
  EXPECT_EQ(at(draw_masks(grey_picture(size, 100), masks, {MaskView::overlay, 1, false}), 10, 10), (Pixel{200, 0, 0}));
}

TEST(MaskDrawing, ContoursAreTheMasksOwnEdgePixels) {
  const std::array<DrawnMask, 1> masks = {{{&whole_middle, red, ""}}};
  const Image drawn = draw_masks(grey_picture(size, 100), masks, {MaskView::contours, 0.35, true});
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      EXPECT_EQ(at(drawn, x, y), is_edge(x, y) ? (Pixel{200, 0, 0}) : (Pixel{100, 100, 100})) << x << ' ' << y;
    }
  }
}

TEST(MaskDrawing, MaskedShowsOnlyWhatIsUnderAMask) {
  const std::array<DrawnMask, 2> masks = {{{&whole_middle, red, ""}, {&corner, blue, ""}}};
  const Image drawn = draw_masks(grey_picture(size, 100), masks, {MaskView::masked, 0.35, true});
  EXPECT_EQ(at(drawn, 6, 5), (Pixel{100, 100, 100}));
  EXPECT_EQ(at(drawn, 29, 19), (Pixel{100, 100, 100}));
  EXPECT_EQ(at(drawn, 0, 0), (Pixel{0, 0, 0}));
  EXPECT_EQ(at(drawn, 25, 5), (Pixel{0, 0, 0}));
}

TEST(MaskDrawing, SideBySideIsThePictureAndTheOverlay) {
  const std::array<DrawnMask, 1> masks = {{{&whole_middle, red, "7"}}};
  const MaskDrawing overlay{MaskView::overlay, 0.4, true};
  const Image right = draw_masks(grey_picture(size, 100), masks, overlay);
  const Image both = draw_masks(grey_picture(size, 100), masks, {MaskView::side_by_side, 0.4, true});
  EXPECT_EQ(both.size(), drawn_size(size, MaskView::side_by_side));
  const int offset = both.size().width - size.width;
  EXPECT_GT(offset, size.width);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      EXPECT_EQ(at(both, x, y), (Pixel{100, 100, 100}));
      EXPECT_EQ(at(both, x + offset, y), at(right, x, y));
    }
  }
}

TEST(MaskDrawing, TheLastIsOnTop) {
  const std::array<DrawnMask, 2> masks = {{{&whole_middle, red, ""}, {&corner, blue, ""}}};
  EXPECT_EQ(at(draw_masks(grey_picture(size, 100), masks, {MaskView::overlay, 1, false}), 17, 12), (Pixel{0, 0, 200}));
}

TEST(MaskDrawing, ALabelIsWrittenAndStaysInThePicture) {
  constexpr Size large{400, 300};
  for (const Mask& mask : {box_mask(large, 0, 0, 3, 3), box_mask(large, 397, 297, 400, 300)}) {
    const std::array<DrawnMask, 1> plain = {{{&mask, red, ""}}};
    const std::array<DrawnMask, 1> labelled = {{{&mask, red, "traffic light"}}};
    const Image without = draw_masks(grey_picture(large, 100), plain, {MaskView::contours, 0, true});
    const Image with = draw_masks(grey_picture(large, 100), labelled, {MaskView::contours, 0, true});
    int changed = 0;
    int white = 0;  // on dark red; strokes are a pixel wide and antialiased
    for (int y = 0; y < large.height; ++y) {
      for (int x = 0; x < large.width; ++x) {
        changed += at(with, x, y) != at(without, x, y) ? 1 : 0;
        const Pixel pixel = at(with, x, y);
        white += std::min({pixel[0], pixel[1], pixel[2]}) > 180 ? 1 : 0;
      }
    }
    EXPECT_GT(changed, 500);
    EXPECT_GT(white, 20);
  }
}

TEST(MaskDrawing, NothingIsWrittenOutsideWhateverTheMask) {
  // Under the address sanitizer: masks that are empty, full, one pixel and noise, in pictures of a pixel and of odd sizes.
  std::mt19937 random(5);
  for (const Size of : {Size{1, 1}, Size{1, 9}, Size{9, 1}, Size{17, 13}, Size{1500, 3}}) {
    for (const int percent : {0, 1, 50, 100}) {
      std::vector<std::uint8_t> bits(pixel_count(of));
      for (std::uint8_t& bit : bits) bit = static_cast<int>(random() % 100) < percent ? 1 : 0;
      const Mask mask = mask_from_bits(bits, of);
      const std::array<DrawnMask, 1> masks = {{{&mask, blue, "12345678901234567890"}}};
      for (const MaskView view : {MaskView::overlay, MaskView::masked, MaskView::side_by_side, MaskView::contours}) {
        EXPECT_EQ(draw_masks(grey_picture(of, 9), masks, {view, 0.5, true}).size(), drawn_size(of, view));
      }
    }
  }
}

}  // namespace
}  // namespace sam
