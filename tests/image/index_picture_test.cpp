#include "image/index_picture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "image/polygon.h"

namespace sam {
namespace {

using testing::HasSubstr;

class IndexPictures : public testing::Test {
 protected:
  void SetUp() override {
    static const bool started = (start_image_library("image_tests"), true);
    ASSERT_TRUE(started);
  }
  static IndexPicture noise(Size size, int count, unsigned seed) {
    std::mt19937 random(seed);
    IndexPicture picture = make_index_picture(size);
    for (auto& index : picture.indices) index = static_cast<std::uint16_t>(random() % static_cast<unsigned>(count));
    return picture;
  }
  static std::vector<Colour> some_colours(std::size_t count) {
    std::vector<Colour> colours(count);
    for (std::size_t i = 0; i < count; ++i) {
      colours[i] = {static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i / 256), static_cast<std::uint8_t>(i * 7)};
    }
    return colours;
  }
};

constexpr std::uint64_t million = 1'000'000;

TEST_F(IndexPictures, GreyOfEightAndSixteenBitsComesBack) {
  for (const Size size : {Size{1, 1}, Size{7, 3}, Size{64, 65}, Size{1, 200}}) {
    const IndexPicture small = noise(size, 256, 1);
    EXPECT_EQ(decode_index_png(encode_grey_png(small, 8), million).picture, small);
    const IndexPicture large = noise(size, 65536, 2);
    const DecodedIndices decoded = decode_index_png(encode_grey_png(large, 16), million);
    EXPECT_EQ(decoded.picture, large);
    EXPECT_TRUE(decoded.colours.empty());
  }
}

TEST_F(IndexPictures, APaletteComesBackWithItsNumbers) {
  const std::vector<Colour> palette = some_colours(256);
  const IndexPicture picture = noise({33, 21}, 256, 3);
  const std::string png = encode_palette_png(picture, palette);
  EXPECT_EQ(png[25], 3);  // the colour type of the header: palette
  const DecodedIndices decoded = decode_index_png(png, million);
  EXPECT_EQ(decoded.picture, picture);
  EXPECT_EQ(decoded.colours, palette);
}

TEST_F(IndexPictures, ColoursAreNumbered) {
  const std::vector<Colour> colours = some_colours(1000);
  const IndexPicture picture = noise({60, 40}, 1000, 4);
  const DecodedIndices decoded = decode_index_png(encode_colour_png(picture, colours), million);
  ASSERT_EQ(decoded.picture.indices.size(), picture.indices.size());
  for (std::size_t i = 0; i < picture.indices.size(); ++i) {
    ASSERT_EQ(decoded.colours.at(decoded.picture.indices[i]), colours[picture.indices[i]]);
  }
}

TEST_F(IndexPictures, BlackIsNothing) {
  const std::vector<Colour> colours = {{9, 9, 9}, {0, 0, 0}};
  const DecodedIndices decoded = decode_index_png(encode_colour_png({{3, 1}, {0, 1, 0}}, colours), million);
  EXPECT_EQ(decoded.picture.indices, (std::vector<std::uint16_t>{1, 0, 1}));
}

TEST_F(IndexPictures, PaintedMasksAreSplitAgain) {
  const IndexPicture picture = noise({70, 45}, 5, 5);
  IndexPicture painted = make_index_picture(picture.size);
  const auto masks = split_indices(picture);
  ASSERT_EQ(masks.size(), 4U);
  std::uint64_t area = 0;
  for (const auto& [index, mask] : masks) {
    paint(painted, mask, index);
    area += mask_area(mask);
  }
  EXPECT_EQ(painted, picture);
  EXPECT_EQ(area, picture.indices.size() -
                      static_cast<std::size_t>(std::count(picture.indices.begin(), picture.indices.end(), 0)));
}

TEST_F(IndexPictures, OfWhatLiesOnTopTheUpperIsLeft) {
  const Size size{10, 10};
  IndexPicture picture = make_index_picture(size);
  paint(picture, polygon_to_mask({{{{0, 0}, {6, 0}, {6, 6}, {0, 6}}, {}}}, size), 1);
  paint(picture, polygon_to_mask({{{{3, 3}, {9, 3}, {9, 9}, {3, 9}}, {}}}, size), 2);
  const auto masks = split_indices(picture);
  ASSERT_EQ(masks.size(), 2U);
  EXPECT_EQ(mask_area(masks[0].second), 36U - 9);
  EXPECT_EQ(mask_area(masks[1].second), 36U);
}

void expect_refused(const std::string& png, std::uint64_t max_pixels, const std::string& why) {
  try {
    decode_index_png(png, max_pixels);
    FAIL() << "was read: " << why;
  } catch (const ImageError& error) {
    EXPECT_THAT(error.what(), HasSubstr(why));
  }
}

TEST_F(IndexPictures, BadFilesAreRefused) {
  const IndexPicture picture = noise({300, 200}, 256, 6);
  const std::string png = encode_palette_png(picture, some_colours(256));
  expect_refused("", million, "not a PNG");
  expect_refused("JFIF", million, "not a PNG");
  expect_refused(png, 59'999, "300 x 200");
  for (std::size_t length = 8; length < png.size(); length += png.size() / 50) {
    expect_refused(png.substr(0, length), million, "PNG");
  }
  std::string huge = png;
  huge[16] = '\x7f';  // the width: 2 billion
  expect_refused(huge, 500 * million, "pixels");
  std::string empty = png;
  for (std::size_t i = 16; i < 20; ++i) empty[i] = 0;
  expect_refused(empty, million, "size");
}

}  // namespace
}  // namespace sam
