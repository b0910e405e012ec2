#include "image/bmp.h"

#include <cstring>
#include <random>

#include "picture_files.h"

namespace sam {
namespace {

void append(std::string& bytes, std::uint32_t value, int count) {
  for (int i = 0; i < count; ++i) bytes.push_back(static_cast<char>(value >> (8 * i)));
}

struct BmpOptions {
  int bits = 24;
  bool top_down = false;
  std::uint32_t compression = 0;
  std::uint32_t info_bytes = 40;
  std::uint32_t colours = 0;
  std::uint32_t red_mask = 0xff0000;
};

// sample(x, y, c): blue, green, red, alpha for 24 and 32 bits, the palette's index otherwise.
std::string make_bmp(Size size, const BmpOptions& options, const std::function<int(int, int, int)>& sample) {
  const std::uint32_t entries = options.bits > 8 ? 0 : options.colours != 0 ? options.colours : 1U << options.bits;
  std::string bytes = "BM";
  append(bytes, 0, 4);
  append(bytes, 0, 4);
  append(bytes, 14 + options.info_bytes + 4 * entries, 4);
  append(bytes, options.info_bytes, 4);
  append(bytes, static_cast<std::uint32_t>(size.width), 4);
  append(bytes, static_cast<std::uint32_t>(options.top_down ? -size.height : size.height), 4);
  append(bytes, 1, 2);
  append(bytes, static_cast<std::uint32_t>(options.bits), 2);
  append(bytes, options.compression, 4);
  bytes.append(12, '\0');
  append(bytes, options.colours, 4);
  append(bytes, 0, 4);
  if (options.info_bytes >= 56) {
    for (const std::uint32_t mask : {options.red_mask, 0xff00U, 0xffU, 0xff000000U}) append(bytes, mask, 4);
  }
  bytes.resize(14 + options.info_bytes);
  for (std::uint32_t i = 0; i < entries; ++i) append(bytes, i * 3 << 16 | i * 2 << 8 | i, 4);
  for (int row = 0; row < size.height; ++row) {
    const int y = options.top_down ? row : size.height - 1 - row;
    const std::size_t start = bytes.size();
    unsigned packed = 0;
    for (int x = 0; x < size.width; ++x) {
      for (int c = 0; c < options.bits / 8; ++c) bytes.push_back(static_cast<char>(sample(x, y, c)));
      if (options.bits >= 8) continue;
      const int per_byte = 8 / options.bits;
      packed = packed << options.bits | static_cast<unsigned>(sample(x, y, 0));
      if (x % per_byte != per_byte - 1 && x != size.width - 1) continue;
      bytes.push_back(static_cast<char>(packed << options.bits * (per_byte - 1 - x % per_byte)));
      packed = 0;
    }
    while ((bytes.size() - start) % 4 != 0) bytes.push_back('\0');
  }
  return bytes;
}

using BmpTest = PictureTest;
constexpr Size size{37, 21};

int blue_first(int x, int y, int c) {
  return c == 3 ? 0 : pattern(x, y, 2 - c);
}

TEST_F(BmpTest, TrueColourInBothRowOrders) {
  const Image expected = make_image(size, pattern);
  for (const int bits : {24, 32}) {
    for (const bool top_down : {false, true}) {
      const auto path = write_bytes("a.bmp", make_bmp(size, {.bits = bits, .top_down = top_down}, blue_first));
      EXPECT_EQ(difference(decode_image(path, {}), expected), 0) << bits << top_down;
      EXPECT_EQ(read_image_info(path, {}).format, "BMP");
    }
  }
}

TEST_F(BmpTest, PalettesOfAllDepths) {
  for (const int bits : {1, 4, 8}) {
    const auto index = [&](int x, int y, int) { return (x + y * 3) % (bits == 8 ? 85 : 1 << bits); };
    const Image expected = make_image(size, [&](int x, int y, int c) { return index(x, y, 0) * (3 - c); });
    EXPECT_EQ(difference(decode_image(write_bytes("a.bmp", make_bmp(size, {.bits = bits}, index)), {}), expected), 0)
        << bits;
    const BmpFile file(folder_ / "a.bmp");
    for (int x = 0; x < size.width - 3; ++x) {
      std::uint8_t rgb[9];
      ASSERT_TRUE(file.read_row(5, x, 3, rgb));
      EXPECT_EQ(std::memcmp(rgb, expected.view().row(5) + 3 * x, 9), 0);
    }
  }
}

TEST_F(BmpTest, AlphaLiesOverWhite) {
  const auto sample = [](int x, int y, int c) { return c == 3 ? (x < 10 ? 0 : 255) : pattern(x, y, 2 - c); };
  const auto path = write_bytes("a.bmp", make_bmp(size, {.bits = 32, .compression = 3, .info_bytes = 108}, sample));
  const Image expected = make_image(size, [](int x, int y, int c) { return x < 10 ? 255 : pattern(x, y, c); });
  EXPECT_EQ(difference(decode_image(path, {}), expected), 0);
}

TEST_F(BmpTest, WhatIsNotReadIsSaid) {
  EXPECT_NE(
      refusal(write_bytes("a.bmp", make_bmp(size, {.bits = 8, .compression = 1}, blue_first))).find("compression 1"),
      std::string::npos);
  EXPECT_NE(refusal(write_bytes("a.bmp", make_bmp(size, {.bits = 16}, blue_first))).find("16 bits"), std::string::npos);
  const BmpOptions odd_order{.bits = 32, .compression = 3, .info_bytes = 108, .red_mask = 0xff};
  EXPECT_NE(refusal(write_bytes("a.bmp", make_bmp(size, odd_order, blue_first))).find("order of colours"),
            std::string::npos);
  EXPECT_NE(refusal(write_bytes("a.bmp", make_bmp(size, {.info_bytes = 12}, blue_first))), "");
}

TEST_F(BmpTest, HugeSizesTakeNoMemory) {
  std::string bytes = make_bmp(size, {}, blue_first);
  for (const std::uint32_t side : {0x7fffffffU, 0x80000000U, 0xffffffffU, 0U, 1000000U}) {
    for (const int offset : {18, 22}) {
      std::string hostile = bytes;
      std::memcpy(hostile.data() + offset, &side, 4);
      const bool is_top_down_row = offset == 22 && side == 0xffffffffU;
      EXPECT_EQ(refusal(write_bytes("a.bmp", hostile)).empty(), is_top_down_row) << side << " at " << offset;
    }
  }
}

TEST_F(BmpTest, TruncatedIsRefused) {
  const std::string bytes = make_bmp(size, {.bits = 32}, blue_first);
  for (std::size_t length = 0; length < bytes.size(); length += 13) {
    EXPECT_NE(refusal(write_bytes("a.bmp", bytes.substr(0, length))), "") << length;
  }
}

TEST_F(BmpTest, FlippedBytesDoNoHarm) {
  std::mt19937 random(1);
  for (const int bits : {1, 8, 24, 32}) {
    const std::string bytes = make_bmp(size, {.bits = bits}, [](int x, int, int) { return x % 2; });
    for (int round = 0; round < 300; ++round) {
      std::string damaged = bytes;
      for (int i = 0; i < 2; ++i) {
        damaged[std::uniform_int_distribution<std::size_t>(0, 60)(random)] =
            static_cast<char>(std::uniform_int_distribution<int>(0, 255)(random));
      }
      refusal(write_bytes("a.bmp", damaged), {.max_pixels = 1'000'000});
    }
  }
}

}  // namespace
}  // namespace sam
