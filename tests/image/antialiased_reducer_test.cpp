// Against the plainest form of the same sums; against Pillow's bytes: segmentation/preprocess_test.cpp.
#include "image/antialiased_reducer.h"

#include <algorithm>

#include "picture_files.h"

namespace sam {
namespace {

constexpr int fraction_bits = 22;

std::uint8_t rounded(std::int64_t sum) {
  return static_cast<std::uint8_t>(
      std::clamp<std::int64_t>((sum + (1 << (fraction_bits - 1))) >> fraction_bits, 0, 255));
}

Image reduced_plainly(const Image& picture, double extent_x, double extent_y, Size to) {
  const TriangleFilter across = make_triangle_filter(picture.size().width, extent_x, to.width);
  const TriangleFilter down = make_triangle_filter(picture.size().height, extent_y, to.height);
  const Image rows = make_image({to.width, picture.size().height}, [&](int x, int y, int band) {
    std::int64_t sum = 0;
    for (int i = 0; i < across.count[x]; ++i) {
      sum += std::int64_t{picture.view().row(y)[3 * (across.first[x] + i) + band]} * across.at(x)[i];
    }
    return rounded(sum);
  });
  return make_image(to, [&](int x, int y, int band) {
    std::int64_t sum = 0;
    for (int i = 0; i < down.count[y]; ++i) {
      sum += std::int64_t{rows.view().row(down.first[y] + i)[3 * x + band]} * down.at(y)[i];
    }
    return rounded(sum);
  });
}

Image reduced(const Image& picture, double extent_x, double extent_y, Size to) {
  AntialiasedReducer reducer(picture.size(), extent_x, extent_y, to);
  for (int y = 0; y < picture.size().height; ++y) {
    // A row of its own, so that what is read beyond its end is found.
    const std::uint8_t* row = picture.view().row(y);
    reducer.add_row(std::vector<std::uint8_t>(row, row + 3 * picture.size().width).data());
  }
  return reducer.finish();
}

Image noise(Size size) {
  std::uint32_t state = 1;
  return make_image(size, [&](int, int, int) {
    state = state * 1664525U + 1013904223U;
    return (state >> 31) != 0 ? 255 : static_cast<int>(state >> 24) & 127;
  });
}

TEST(AntialiasedReducer, GivesTheSumsOfItsFilter) {
  for (const Size size : {Size{300, 200}, Size{97, 41}, Size{1, 1}, Size{2, 50}, Size{640, 3}}) {
    const Image picture = noise(size);
    for (const Size to : {Size{64, 43}, Size{97, 7}, Size{1, 1}, Size{3, 200}, Size{299, 50}}) {
      EXPECT_EQ(difference(reduced(picture, size.width, size.height, to),
                           reduced_plainly(picture, size.width, size.height, to)),
                0)
          << size.width << " x " << size.height << " to " << to.width << " x " << to.height;
    }
  }
}

TEST(AntialiasedReducer, CoversAPartOfAPixelAtTheEdge) {
  const Image picture = noise({125, 87});
  for (const double part : {-0.5, 0.25, 0.875}) {
    const Size to{60, 42};
    EXPECT_EQ(
        difference(reduced(picture, 125 + part, 87 + part, to), reduced_plainly(picture, 125 + part, 87 + part, to)),
        0);
  }
}

TEST(AntialiasedReducer, OneColourStaysThatColour) {
  const Image white = make_image({301, 77}, [](int, int, int) { return 255; });
  EXPECT_EQ(difference(reduced(white, 301.5, 77.5, {40, 11}), make_image({40, 11}, [](int, int, int) { return 255; })),
            0);
}

}  // namespace
}  // namespace sam
