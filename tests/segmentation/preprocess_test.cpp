#include "segmentation/sam/preprocess.h"

#include <gtest/gtest.h>

#include "image/antialiased_reducer.h"
#include "pictures.h"

namespace sam {
namespace {

Image pattern(Size size) {
  return make_picture(size, [](int x, int y, int c) { return (x * 37 + y * 91 + c * 53 + x * y * 7) % 256; });
}

std::vector<int> bytes(const Image& picture) {
  return {picture.view().pixels, picture.view().pixels + picture.byte_size()};
}

// Expected bytes: Pillow 13.0.0, Image.resize(size, BILINEAR) of the same pattern.
TEST(ResizeAntialiased, GivesPillowsBytes) {
  EXPECT_EQ(
      bytes(resize_antialiased(pattern({7, 5}).view(), {3, 2})),
      (std::vector<int>{105, 133, 143, 125, 129, 144, 133, 134, 127, 124, 135, 130, 139, 140, 134, 151, 132, 125}));
  EXPECT_EQ(bytes(resize_antialiased(pattern({3, 2}).view(), {5, 4})),
            (std::vector<int>{0,  53,  106, 15,  68,  121, 37,  90,  143, 59,  112, 165, 74,  127, 180,
                              23, 76,  129, 39,  92,  145, 62,  115, 168, 85,  138, 152, 100, 153, 142,
                              68, 121, 174, 86,  139, 192, 111, 164, 217, 136, 189, 127, 153, 206, 67,
                              91, 144, 197, 109, 162, 215, 135, 188, 241, 161, 214, 114, 179, 232, 29}));
  EXPECT_EQ(
      bytes(resize_antialiased(pattern({9, 4}).view(), {9, 2})),
      (std::vector<int>{65,  118, 134, 107, 123, 176, 112, 165, 109, 154, 98,  151, 87,  140, 193, 129, 182, 88,
                        171, 77,  130, 66,  119, 172, 108, 161, 105, 98,  151, 95,  151, 95,  148, 95,  148, 164,
                        148, 164, 107, 164, 107, 160, 107, 160, 104, 160, 104, 157, 104, 157, 100, 157, 100, 116}));
}

TEST(ResizeAntialiased, OfTheSameSizeChangesNothing) {
  const Image picture = pattern({13, 9});
  EXPECT_EQ(bytes(resize_antialiased(picture.view(), {13, 9})), bytes(picture));
}

TEST(ResizeAntialiased, KeepsAFlatColour) {
  const Image flat = make_picture({211, 97}, [](int, int, int c) { return c == 0 ? 255 : c * 100; });
  for (const Size to : {Size{1, 1}, Size{50, 20}, Size{400, 300}, Size{17, 400}}) {
    const Image resized = resize_antialiased(flat.view(), to);
    for (std::size_t i = 0; i < resized.byte_size(); ++i) {
      ASSERT_EQ(resized.view().pixels[i], i % 3 == 0 ? 255 : i % 3 * 100);
    }
  }
}

TEST(ResizeAntialiased, ReadsOnlyInsideAViewWithGaps) {
  const Image whole = pattern({40, 30});
  const ImageView part = {whole.view().row(5) + 30, {20, 10}, whole.view().stride_bytes};
  const Image copy = make_picture({20, 10}, [&](int x, int y, int c) { return part.row(y)[3 * x + c]; });
  EXPECT_EQ(bytes(resize_antialiased(part, {7, 8})), bytes(resize_antialiased(copy.view(), {7, 8})));
}

TEST(ResizeBilinear, KeepsAFlatColourAndTheSizeAskedFor) {
  const Image flat = make_picture({31, 77}, [](int, int, int c) { return 50 * c; });
  const Image resized = resize_bilinear(flat.view(), {64, 32});
  EXPECT_EQ(resized.size(), (Size{64, 32}));
  for (std::size_t i = 0; i < resized.byte_size(); ++i) ASSERT_EQ(resized.view().pixels[i], i % 3 * 50);
}

TEST(WriteRaw, PutsThePictureInTheCornerAndTheMeanColourAround) {
  const Image picture = pattern({2, 1});
  const Tensor bytes_hwc = make_heap_tensor("x", ElementType::u8, {2, 3, 3});
  write_raw_hwc(picture.view(), bytes_hwc);
  EXPECT_EQ(bytes_hwc.values<std::uint8_t>()[4], picture.view().pixels[4]);
  EXPECT_EQ(bytes_hwc.values<std::uint8_t>()[6], 124);
  EXPECT_EQ(bytes_hwc.values<std::uint8_t>()[17], 104);

  const Tensor floats = make_heap_tensor("x", ElementType::f32, {2, 3, 3});
  write_raw_hwc(picture.view(), floats);
  EXPECT_EQ(floats.values<float>()[4], picture.view().pixels[4]);
  EXPECT_EQ(floats.values<float>()[6], 123.675F);

  const Tensor planes = make_heap_tensor("x", ElementType::u8, {1, 3, 2, 3});
  write_raw_nchw(picture.view(), planes);
  EXPECT_EQ(planes.values<std::uint8_t>()[1], picture.view().pixels[3]);
  EXPECT_EQ(planes.values<std::uint8_t>()[6], picture.view().pixels[1]);
  EXPECT_EQ(planes.values<std::uint8_t>()[2], 124);
}

TEST(WriteSam1, NormalisesAndPadsWithZero) {
  const Image picture = pattern({2, 1});
  const Tensor planes = make_heap_tensor("x", ElementType::f32, {1, 3, 3, 3});
  write_sam1_nchw(picture.view(), planes);
  const std::span<float> values = planes.values<float>();
  EXPECT_FLOAT_EQ(values[0], (picture.view().pixels[0] - 123.675F) / 58.395F);
  EXPECT_FLOAT_EQ(values[9 + 1], (picture.view().pixels[4] - 116.28F) / 57.12F);
  EXPECT_EQ(values[2], 0);
  EXPECT_EQ(values[3], 0);
  EXPECT_EQ(values[26], 0);
}

TEST(WriteImagenet, NormalisesOnZeroToOne) {
  const Image picture = pattern({2, 2});
  const Tensor planes = make_heap_tensor("x", ElementType::f32, {1, 3, 2, 2});
  write_imagenet_nchw(picture.view(), planes);
  EXPECT_FLOAT_EQ(planes.values<float>()[8 + 1],
                  static_cast<float>((picture.view().pixels[5] / 255.0 - 0.406) / 0.225));
}

}  // namespace
}  // namespace sam
