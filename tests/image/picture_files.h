// Picture files for tests, made with libvips in a temporary folder.
#pragma once

#include <gtest/gtest.h>
#include <vips/vips.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "image/decode.h"

namespace sam {

class PictureTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { start_image_library("image_tests"); }

  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "image_tests_XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path file(const std::string& name) const { return folder_ / name; }

  // Writes what value(x, y, band) says, as the suffix of the name tells; options as vips_image_write_to_file takes them ("[Q=95]").
  template <typename Sample = std::uint8_t>
  std::filesystem::path write(const std::string& name, Size size, int bands,
                              const std::function<int(int, int, int)>& value, const std::string& options = "",
                              int orientation = 0,
                              VipsInterpretation interpretation = VIPS_INTERPRETATION_ERROR) const {
    std::vector<Sample> samples;
    samples.reserve(static_cast<std::size_t>(size.width) * size.height * bands);
    for (int y = 0; y < size.height; ++y) {
      for (int x = 0; x < size.width; ++x) {
        for (int band = 0; band < bands; ++band) samples.push_back(static_cast<Sample>(value(x, y, band)));
      }
    }
    const bool is_wide = sizeof(Sample) == 2;
    VipsImage* raw =
        vips_image_new_from_memory_copy(samples.data(), samples.size() * sizeof(Sample), size.width, size.height, bands,
                                        is_wide ? VIPS_FORMAT_USHORT : VIPS_FORMAT_UCHAR);
    if (interpretation == VIPS_INTERPRETATION_ERROR) {
      interpretation = bands < 3 ? (is_wide ? VIPS_INTERPRETATION_GREY16 : VIPS_INTERPRETATION_B_W)
                                 : (is_wide ? VIPS_INTERPRETATION_RGB16 : VIPS_INTERPRETATION_sRGB);
    }
    VipsImage* image = nullptr;
    EXPECT_EQ(vips_copy(raw, &image, "interpretation", interpretation, nullptr), 0);
    if (orientation != 0) vips_image_set_int(image, VIPS_META_ORIENTATION, orientation);
    const std::filesystem::path path = file(name);
    EXPECT_EQ(vips_image_write_to_file(image, (path.string() + options).c_str(), nullptr), 0) << vips_error_buffer();
    vips_error_clear();
    g_object_unref(image);
    g_object_unref(raw);
    return path;
  }

  // Another file with the same pixels.
  std::filesystem::path rewrite(const std::filesystem::path& from, const std::string& name, const std::string& options,
                                int orientation) const {
    VipsImage* loaded = vips_image_new_from_file(from.c_str(), nullptr);
    VipsImage* image = nullptr;
    EXPECT_EQ(vips_copy(loaded, &image, nullptr), 0);
    vips_image_set_int(image, VIPS_META_ORIENTATION, orientation);
    const std::filesystem::path path = file(name);
    EXPECT_EQ(vips_image_write_to_file(image, (path.string() + options).c_str(), nullptr), 0) << vips_error_buffer();
    vips_error_clear();
    g_object_unref(image);
    g_object_unref(loaded);
    return path;
  }

  static std::string read_bytes(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  std::filesystem::path write_bytes(const std::string& name, std::string_view bytes) const {
    std::ofstream(file(name), std::ios::binary) << bytes;
    return file(name);
  }

  // What decode_image refuses the file with; empty if it does not.
  static std::string refusal(const std::filesystem::path& path, const DecodeLimits& limits = {}) {
    try {
      decode_image(path, limits);
    } catch (const ImageError& error) {
      return error.what();
    }
    return "";
  }

  std::filesystem::path folder_;
};

// A photo-like pattern: smooth, different in each channel, without symmetry.
inline int pattern(int x, int y, int band) {
  return (x * (band + 2) / 3 + y * (3 - band) / 2 + (x / 16 % 2) * 40) % 200 + 20;
}

// The largest difference of a sample.
inline int difference(const Image& a, const Image& b) {
  if (a.size() != b.size()) return 256;
  int worst = 0;
  const std::uint8_t* p = a.view().pixels;
  const std::uint8_t* q = b.view().pixels;
  const std::size_t count = a.byte_size();
  for (std::size_t i = 0; i < count; ++i) worst = std::max(worst, std::abs(p[i] - q[i]));
  return worst;
}

inline Image make_image(Size size, const std::function<int(int, int, int)>& value) {
  auto pixels = std::make_shared<std::uint8_t[]>(std::size_t{3} * size.width * size.height);
  for (int y = 0, i = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      for (int band = 0; band < 3; ++band) pixels[i++] = static_cast<std::uint8_t>(value(x, y, band));
    }
  }
  return Image(size, std::move(pixels));
}

}  // namespace sam
