// Pictures decoded for who looks at less than all of their pixels.
#include <cmath>
#include <mutex>

#include "image/antialiased_reducer.h"
#include "image/orientation.h"
#include "picture_files.h"
#include "platform/heap.h"

namespace sam {
namespace {

class LookedAtTest : public PictureTest {
 protected:
  static void SetUpTestSuite() {
    static std::once_flag once;
    std::call_once(once, count_heap);
    PictureTest::SetUpTestSuite();
  }

  // A file of one colour: large ones are made quickly.
  std::filesystem::path write_plain(const std::string& name, Size size, const std::string& options = "") const {
    VipsImage* black = nullptr;
    EXPECT_EQ(vips_black(&black, size.width, size.height, "bands", 3, nullptr), 0);
    EXPECT_EQ(vips_image_write_to_file(black, (file(name).string() + options).c_str(), nullptr), 0);
    g_object_unref(black);
    return file(name);
  }

  static double mean_difference(const Image& a, const Image& b) {
    EXPECT_EQ(a.size(), b.size());
    double sum = 0;
    for (std::size_t i = 0; i < a.byte_size(); ++i) sum += std::abs(a.view().pixels[i] - b.view().pixels[i]);
    return sum / static_cast<double>(a.byte_size());
  }

  // So smooth that a reduced scale loses nothing, and so steep that a picture one pixel aside differs by 4.
  static int waves(int x, int y, int band) {
    return static_cast<int>(120 + 50 * std::sin(x / 16.0) + 50 * std::sin(y / 16.0)) + 10 * band;
  }
};

TEST_F(LookedAtTest, ThePictureComesFittedByTheFilterOfTheWholeOne) {
  for (const Size size : {Size{601, 399}, Size{150, 411}, Size{301, 20}}) {
    for (const char* name : {"a.png", "a.tif"}) {
      const auto path = write(name, size, 3, pattern);
      const Size looked_at{100, 80};
      const Image fitted = decode_image(path, {}, looked_at);
      EXPECT_EQ(difference(fitted, resize_antialiased(make_image(size, pattern).view(), fitted_size(size, looked_at))),
                0);
      const ImageInfo info = read_image_info(path, {}, looked_at);
      EXPECT_EQ(info.file_size, size);
      EXPECT_EQ(info.working_size, size);
      EXPECT_EQ(info.decoded_size, fitted.size());
    }
  }
}

TEST_F(LookedAtTest, SmallerPicturesComeAsTheyAre) {
  for (const Size looked_at : {Size{600, 600}, Size{151, 400}, Size{}}) {
    const auto path = write("a.png", {150, 100}, 3, pattern);
    EXPECT_EQ(difference(decode_image(path, {}, looked_at), make_image({150, 100}, pattern)), 0);
    EXPECT_EQ(read_image_info(path, {}, looked_at).decoded_size, (Size{150, 100}));
  }
}

// 1003 = 8 * 125 + 3: the last columns of a JPEG decoded at reduced scale are only partly picture, and lie left when it is turned.
TEST_F(LookedAtTest, AJpegAtReducedScaleLiesWhereTheWholeOneDoes) {
  const auto plain = write("plain.png", {1003, 701}, 3, waves);
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const auto path = rewrite(plain, "a.jpg", "[Q=95]", orientation);
    const Image whole = decode_image(path, {});
    ASSERT_EQ(whole.size(), turn_size({1003, 701}, orientation));
    for (const int side : {60, 123, 200, 500}) {
      const Image fitted = decode_image(path, {}, {side, side});
      const Image expected = resize_antialiased(whole.view(), fitted_size(whole.size(), {side, side}));
      EXPECT_LT(mean_difference(fitted, expected), 1.0) << orientation << ", " << side;
    }
  }
}

TEST_F(LookedAtTest, TheFittedSizeIsThatOfTheFile) {
  for (const Size size : {Size{6001, 3999}, Size{3999, 6001}, Size{5997, 4003}, Size{2049, 1367}, Size{4099, 3}}) {
    const auto path = write_plain("a.jpg", size);
    const Size fitted = fitted_size(size, {1024, 1024});
    EXPECT_EQ(read_image_info(path, {}, {1024, 1024}).decoded_size, fitted);
    EXPECT_EQ(decode_image(path, {}, {1024, 1024}).size(), fitted);
  }
}

TEST_F(LookedAtTest, WhatTheUserLimitsStaysLimited) {
  const auto path = write("a.png", {600, 400}, 3, pattern);
  const DecodeLimits less{.max_side = 90};
  EXPECT_EQ(difference(decode_image(path, less, {160, 160}), decode_image(path, less)), 0);
  const DecodeLimits more{.max_side = 301};
  const ImageInfo info = read_image_info(path, more, {160, 160});
  EXPECT_EQ(info.working_size, (Size{301, 201}));
  EXPECT_EQ(info.decoded_size, fitted_size({301, 201}, {160, 160}));
  EXPECT_EQ(decode_image(path, more, {160, 160}).size(), info.decoded_size);
}

TEST_F(LookedAtTest, ATruncatedJpegIsRefusedAtReducedScaleToo) {
  const std::string bytes = read_bytes(write("a.jpg", {800, 600}, 3, waves));
  const auto path = write_bytes("half.jpg", bytes.substr(0, bytes.size() / 2));
  EXPECT_THROW(decode_image(path, {}, {64, 64}), ImageError);
}

TEST_F(LookedAtTest, ADecodeTakesNoMoreThanItSays) {
  const Size size{1800, 1200};
  const std::filesystem::path files[] = {
      write_plain("a.jpg", size), write_plain("progressive.jpg", size, "[interlace,subsample-mode=off]"),
      write_plain("a.png", size), write_plain("interlaced.png", size, "[interlace]"),
      write_plain("a.tif", size), rewrite(file("a.jpg"), "turned.jpg", "", 6),
  };
  for (const auto& path : files) {
    for (const Size looked_at : {Size{}, Size{600, 600}, Size{200, 200}}) {
      const std::uint64_t before = heap_use().held_bytes;
      reset_heap_peak();
      const Image image = decode_image(path, {}, looked_at);
      const std::uint64_t peak = heap_is_counted() ? heap_use().peak_bytes - before : 0;  // not with sanitizers
      EXPECT_LE(peak, read_image_info(path, {}, looked_at).decode_bytes) << path.filename() << ", " << looked_at.width;
      if (heap_is_counted()) {
        EXPECT_GE(peak, image.byte_size());
      }
    }
  }
  EXPECT_LT(4 * read_image_info(files[0], {}, {200, 200}).decode_bytes, read_image_info(files[0], {}).decode_bytes);
}

}  // namespace
}  // namespace sam
