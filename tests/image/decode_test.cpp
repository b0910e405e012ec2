#include "image/decode.h"

#include <random>

#include "picture_files.h"

namespace sam {
namespace {

using DecodeTest = PictureTest;
constexpr Size size{150, 100};

TEST_F(DecodeTest, LosslessFormatsGiveTheirPixels) {
  const Image expected = make_image(size, pattern);
  for (const char* name : {"a.png", "a.tif", "a.tiff", "a.PNG"}) {
    EXPECT_EQ(difference(decode_image(write(name, size, 3, pattern), {}), expected), 0) << name;
  }
  EXPECT_EQ(difference(decode_image(write("a.webp", size, 3, pattern, "[lossless]"), {}), expected), 0);
  EXPECT_EQ(difference(decode_image(write("i.png", size, 3, pattern, "[interlace]"), {}), expected), 0);
  EXPECT_EQ(
      difference(decode_image(write("t.tif", size, 3, pattern, "[tile,tile-width=64,tile-height=64]"), {}), expected),
      0);
  EXPECT_EQ(difference(decode_image(write("z.tif", size, 3, pattern, "[compression=deflate,bigtiff]"), {}), expected),
            0);
}

TEST_F(DecodeTest, JpegIsClose) {
  const auto smooth = [](int x, int y, int band) { return 40 + x + y / 2 - band * 10; };
  const Image expected = make_image(size, smooth);
  EXPECT_LE(difference(decode_image(write("a.jpg", size, 3, smooth, "[Q=98]"), {}), expected), 6);
  EXPECT_LE(difference(decode_image(write("p.jpeg", size, 3, smooth, "[Q=98,interlace]"), {}), expected), 6);
}

TEST_F(DecodeTest, GreyBecomesRgb) {
  const auto grey = [](int x, int y, int) { return pattern(x, y, 0); };
  const Image expected = make_image(size, grey);
  EXPECT_EQ(difference(decode_image(write("g.png", size, 1, grey), {}), expected), 0);
  EXPECT_EQ(difference(decode_image(write("g.tif", size, 1, grey), {}), expected), 0);
  EXPECT_EQ(decode_image(write("g.jpg", size, 1, grey), {}).size(), size);
}

TEST_F(DecodeTest, AlphaLiesOverWhite) {
  const auto value = [](int x, int, int band) { return band == 3 ? (x < 75 ? 0 : x < 100 ? 128 : 255) : 50 + band; };
  const Image expected = make_image(size, [](int x, int, int band) {
    return x < 75 ? 255 : x < 100 ? (255 * 127 + (50 + band) * 128) / 255 : 50 + band;
  });
  for (const char* name : {"a.png", "a.tif"})
    EXPECT_LE(difference(decode_image(write(name, size, 4, value), {}), expected), 1);
  EXPECT_LE(difference(decode_image(write("a.webp", size, 4, value, "[lossless]"), {}), expected), 1);
  const auto grey = [](int x, int, int band) { return band == 1 ? (x < 75 ? 0 : 255) : 50; };
  const Image expected_grey = make_image(size, [](int x, int, int) { return x < 75 ? 255 : 50; });
  EXPECT_EQ(difference(decode_image(write("ga.png", size, 2, grey), {}), expected_grey), 0);
}

TEST_F(DecodeTest, SixteenBitsAreScaledToEight) {
  const auto value = [](int x, int y, int band) { return pattern(x, y, band) * 257; };
  const auto grey = [](int x, int y, int) { return pattern(x, y, 1) * 257; };
  for (const char* name : {"a.png", "a.tif"}) {
    EXPECT_EQ(difference(decode_image(write<std::uint16_t>(name, size, 3, value), {}), make_image(size, pattern)), 0);
    EXPECT_EQ(difference(decode_image(write<std::uint16_t>(name, size, 1, grey), {}),
                         make_image(size, [](int x, int y, int) { return pattern(x, y, 1); })),
              0);
  }
}

TEST_F(DecodeTest, PaletteBecomesRgb) {
  const auto blocks = [](int x, int y, int band) { return x / 50 == band ? 250 : y < 50 ? 10 : 60; };
  const Image image = decode_image(write("p.png", size, 3, blocks, "[palette,Q=100,dither=0]"), {});
  EXPECT_LE(difference(image, make_image(size, blocks)), 8);
}

TEST_F(DecodeTest, CmykBecomesRgb) {
  const auto ink = [](int x, int, int band) { return band == 0 && x < 75 ? 255 : 0; };
  const Image image = decode_image(write("c.jpg", size, 4, ink, "", 0, VIPS_INTERPRETATION_CMYK), {});
  ASSERT_EQ(image.size(), size);
  const std::uint8_t* cyan = image.view().row(50) + 30;
  const std::uint8_t* white = image.view().row(50) + 3 * 140;
  EXPECT_LT(cyan[0], 100);
  EXPECT_GT(cyan[2], 150);
  for (int c = 0; c < 3; ++c) EXPECT_GT(white[c], 240);
}

TEST_F(DecodeTest, OrientationIsAppliedOnce) {
  const auto quarters = [](int x, int y, int) { return (x < 75 ? 0 : 80) + (y < 50 ? 0 : 160); };
  for (int orientation = 1; orientation <= 8; ++orientation) {
    for (const char* name : {"o.jpg", "o.tif"}) {
      const auto path = write(name, size, 3, quarters, "", orientation);
      VipsImage* loaded = vips_image_new_from_file(path.c_str(), nullptr);
      VipsImage* upright = nullptr;
      ASSERT_EQ(vips_autorot(loaded, &upright, nullptr), 0);
      std::size_t bytes = 0;
      std::shared_ptr<std::uint8_t[]> pixels(static_cast<std::uint8_t*>(vips_image_write_to_memory(upright, &bytes)),
                                             g_free);
      const Image expected({vips_image_get_width(upright), vips_image_get_height(upright)}, pixels);
      EXPECT_EQ(difference(decode_image(path, {}), expected), 0) << orientation;
      EXPECT_EQ(read_image_info(path, {}).file_size, expected.size());
      const DecodeLimits half{.max_side = 75};
      EXPECT_EQ(decode_image(path, half).size(), read_image_info(path, half).working_size);
      g_object_unref(upright);
      g_object_unref(loaded);
    }
  }
}

TEST_F(DecodeTest, WhatIsWorkedOnIsBounded) {
  const auto path = std::filesystem::path(SAM_SAMPLES) / "images" / "coffee.jpg";  // 600 x 400
  const DecodeLimits limits{.max_working_pixels = 60'000};
  EXPECT_EQ(read_image_info(path, limits).file_size, (Size{600, 400}));
  EXPECT_EQ(read_image_info(path, limits).working_size, (Size{300, 200}));
  EXPECT_EQ(decode_image(path, limits).size(), (Size{300, 200}));
  EXPECT_EQ(decode_image(path, {.max_side = 150, .max_working_pixels = 60'000}).size(), (Size{150, 100}));
  EXPECT_EQ(decode_image(path, {.max_working_pixels = 240'000}).size(), (Size{600, 400}));
}

TEST_F(DecodeTest, MaxSideReducesByArea) {
  for (const Size odd : {Size{151, 97}, {1000, 37}, {33, 900}}) {
    const auto path = write("a.png", odd, 3, pattern);
    for (const int max_side : {20, 32, 75, 149}) {
      const DecodeLimits limits{.max_side = max_side};
      const ImageInfo info = read_image_info(path, limits);
      const Image reduced = decode_image(path, limits);
      EXPECT_EQ(info.file_size, odd);
      EXPECT_EQ(reduced.size(), info.working_size);
      EXPECT_EQ(std::max(reduced.size().width, reduced.size().height),
                std::min(max_side, std::max(odd.width, odd.height)));
      EXPECT_LE(difference(reduced, resize_area(make_image(odd, pattern).view(), reduced.size())), 1);
    }
  }
}

TEST_F(DecodeTest, JpegAtReducedScaleLiesWhereTheWholeOneDoes) {
  // 1003 = 8 * 125 + 3: the last column of the reduced decode is only partly picture.
  const Size odd{1003, 701};
  const auto waves = [](int x, int y, int) { return (x / 40 + y / 40) % 2 * 150 + 50; };
  const auto path = write("a.jpg", odd, 3, waves, "[Q=95]");
  const Image whole = decode_image(path, {});
  for (const int max_side : {125, 250, 333, 600}) {
    const Image reduced = decode_image(path, {.max_side = max_side});
    const Image expected = resize_area(whole.view(), reduced.size());
    double sum = 0;
    for (std::size_t i = 0; i < reduced.byte_size(); ++i) {
      sum += std::abs(reduced.view().pixels[i] - expected.view().pixels[i]);
    }
    EXPECT_LT(sum / static_cast<double>(reduced.byte_size()), 3.0) << max_side;
  }
}

TEST_F(DecodeTest, TooLargePicturesAreRefusedByTheirHeader) {
  const auto path = write("a.png", size, 3, pattern);
  EXPECT_EQ(decode_image(path, {.max_pixels = 15000}).size(), size);
  EXPECT_THROW(read_image_info(path, {.max_pixels = 14999}), ImageError);
  EXPECT_NE(refusal(path, {.max_pixels = 14999}).find("--max-image-pixels"), std::string::npos);
  const auto jpeg = write("a.jpg", size, 3, pattern);
  EXPECT_NE(refusal(jpeg, {.max_pixels = 14999, .max_side = 10}), "");
}

TEST_F(DecodeTest, OtherFilesAreRefusedWithTheirReason) {
  EXPECT_NE(refusal(file("missing.jpg")).find("no such file"), std::string::npos);
  EXPECT_EQ(refusal(folder_), "is not a plain file");
  EXPECT_EQ(refusal(write_bytes("a.jpg", "")), "is empty");
  EXPECT_NE(refusal(write_bytes("a.jpg", "Dear all,\n")).find("is not a picture"), std::string::npos);
  EXPECT_NE(refusal(write_bytes("a.gif", "GIF89a....")).find("is a GIF file"), std::string::npos);
  EXPECT_NE(refusal(write_bytes("a.jpg", std::string("\0\0\0\x18"
                                                     "ftypheic",
                                                     12)))
                .find("HEIF"),
            std::string::npos);
  const std::string png = read_bytes(write("a.png", size, 3, pattern));
  EXPECT_EQ(refusal(write_bytes("b.jpg", png)), "is a PNG file named .jpg: rename it");
  EXPECT_EQ(refusal(write_bytes("b.JPG", png)), "is a PNG file named .jpg: rename it");
  EXPECT_EQ(refusal(write_bytes("no_extension", png)), "");
}

TEST_F(DecodeTest, ATiffOfSeveralPagesIsRefusedAPyramidIsNot) {
  const Size two{150, 200};
  const auto pages = write("a.tif", two, 3, pattern);
  VipsImage* image = vips_image_new_from_file(pages.c_str(), nullptr);
  VipsImage* copy = nullptr;
  vips_copy(image, &copy, nullptr);
  vips_image_set_int(copy, VIPS_META_PAGE_HEIGHT, 100);
  const auto path = file("pages.tif");
  ASSERT_EQ(vips_tiffsave(copy, path.c_str(), nullptr), 0);
  g_object_unref(copy);
  g_object_unref(image);
  EXPECT_NE(refusal(path).find("2 pages"), std::string::npos) << refusal(path);
  EXPECT_EQ(refusal(write("pyramid.tif", {600, 500}, 3, pattern, "[tile,pyramid,tile-width=64,tile-height=64]")), "");
}

TEST_F(DecodeTest, SamplesThatAreNotPixelsAreRefused) {
  VipsImage* grey = nullptr;
  ASSERT_EQ(vips_black(&grey, 20, 20, nullptr), 0);
  VipsImage* real = nullptr;
  ASSERT_EQ(vips_cast(grey, &real, VIPS_FORMAT_FLOAT, nullptr), 0);
  ASSERT_EQ(vips_tiffsave(real, file("f.tif").c_str(), nullptr), 0);
  g_object_unref(real);
  g_object_unref(grey);
  EXPECT_NE(refusal(file("f.tif")).find("float"), std::string::npos);
}

// A truncated file never gives half a picture, a damaged one gives a picture or a reason.
class DamagedFileTest : public PictureTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(DamagedFileTest, TruncatedIsRefused) {
  const std::string name = std::string("a") + GetParam();
  const auto photo = [](int x, int y, int band) { return (pattern(x, y, band) + x * y * 7919 % 31) % 256; };
  const std::string bytes = read_bytes(write(name, size, 3, photo));
  ASSERT_EQ(refusal(file(name)), "");
  for (int i = 0; i < 40; ++i) {
    // The last bytes of PNG and TIFF hold nothing that the pixels need.
    const std::size_t length = (bytes.size() - bytes.size() / 10) * static_cast<std::size_t>(i) / 40;
    EXPECT_NE(refusal(write_bytes(name, bytes.substr(0, length))), "") << length << " of " << bytes.size();
  }
}

TEST_P(DamagedFileTest, FlippedBytesDoNoHarm) {
  std::mt19937 random(7);
  const std::string name = std::string("a") + GetParam();
  const std::string bytes = read_bytes(write(name, size, 3, pattern));
  for (int round = 0; round < 150; ++round) {
    std::string damaged = bytes;
    // Half of the rounds aim at the header.
    const std::size_t end = round % 2 == 0 ? std::min<std::size_t>(64, bytes.size()) : bytes.size();
    for (int i = 0; i < 3; ++i) {
      damaged[std::uniform_int_distribution<std::size_t>(0, end - 1)(random)] =
          static_cast<char>(std::uniform_int_distribution<int>(0, 255)(random));
    }
    refusal(write_bytes(name, damaged), {.max_pixels = 1'000'000});
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, DamagedFileTest, ::testing::Values(".jpg", ".png", ".webp", ".tif"));

TEST(ResizeArea, MeansWhenReducingAndInterpolatesWhenEnlarging) {
  const Image image = make_image({4, 2}, [](int x, int y, int band) { return x * 10 + y * 100 + band; });
  const Image small = resize_area(image.view(), {2, 1});
  EXPECT_EQ(small.size(), (Size{2, 1}));
  EXPECT_EQ(small.view().row(0)[0], 55);
  EXPECT_EQ(small.view().row(0)[3], 75);
  const Image large = resize_area(image.view(), {8, 4});
  EXPECT_EQ(large.view().row(0)[0], 0);
  EXPECT_EQ(large.view().row(3)[21], 130);
}

}  // namespace
}  // namespace sam
