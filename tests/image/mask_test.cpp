#include "image/mask.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <random>

namespace sam {
namespace {

std::vector<std::uint8_t> draw(Size size, const std::function<bool(int, int)>& inside) {
  std::vector<std::uint8_t> bits;
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) bits.push_back(inside(x, y) ? 255 : 0);
  }
  return bits;
}

Mask draw_mask(Size size, const std::function<bool(int, int)>& inside) {
  return mask_from_bits(draw(size, inside), size);
}

std::vector<std::uint8_t> random_bits(Size size, double density, std::mt19937& random) {
  std::bernoulli_distribution inside(density);
  return draw(size, [&](int, int) { return inside(random); });
}

// The strings were made with pycocotools 2.0.
TEST(Mask, CocoStringIsThatOfPycocotools) {
  const auto pattern = [](int x, int y) { return (x * 7 + y * 13 + x * y) % 5 < 2; };
  const auto disc = [](int x, int y) { return (x - 17) * (x - 17) + (y - 12) * (y - 12) < 90; };
  EXPECT_EQ(mask_to_coco_string(draw_mask({4, 3}, pattern)), "0110012OO");
  EXPECT_EQ(mask_to_coco_string(draw_mask({17, 9}, pattern)),
            "011010O011107OI11ON0O010O010O011107OI11ON0O010O010O011107OI11ON0O010O010O01110N");
  EXPECT_EQ(mask_to_coco_string(draw_mask({40, 30}, disc)), "j75f06L2N2N2O000O2O00000001N10001N2N2N4Jo;");
  EXPECT_EQ(mask_to_coco_string(draw_mask({40, 30}, [](int, int) { return false; })), "`U1");
  EXPECT_EQ(mask_to_coco_string(draw_mask({40, 30}, [](int, int) { return true; })), "0`U1");
  EXPECT_EQ(mask_to_coco_string(draw_mask({6000, 4000}, [](int x, int y) { return x == 5999 && y == 3999; })),
            "o_]lf01");
  EXPECT_EQ(mask_to_coco_string(draw_mask({6000, 4000}, [](int x, int) { return x >= 100 && x < 5000; })),
            "PdV<PdTfb0PXRj3");
}

TEST(Mask, BitsRunsAndStringsRoundTrip) {
  std::mt19937 random(1);
  for (const Size size : {Size{1, 1}, {1, 7}, {7, 1}, {63, 5}, {64, 64}, {65, 3}, {130, 97}}) {
    for (const double density : {0.0, 0.02, 0.5, 0.98, 1.0}) {
      const auto bits = random_bits(size, density, random);
      const Mask mask = mask_from_bits(bits, size);
      EXPECT_EQ(mask_to_bits(mask), bits);
      EXPECT_EQ(mask_from_coco_string(mask_to_coco_string(mask), size), mask);
    }
  }
}

TEST(Mask, AreaAndBoxAreThoseOfTheBits) {
  std::mt19937 random(2);
  for (int round = 0; round < 200; ++round) {
    const Size size{std::uniform_int_distribution<int>(1, 20)(random),
                    std::uniform_int_distribution<int>(1, 20)(random)};
    const auto bits = random_bits(size, 0.03, random);
    Box box{1e9, 1e9, 0, 0};
    std::uint64_t area = 0;
    for (int i = 0; i < size.width * size.height; ++i) {
      if (bits[i] == 0) continue;
      const double x = i % size.width;
      const double y = i / size.width;
      box = {std::min(box.x0, x), std::min(box.y0, y), std::max(box.x1, x + 1), std::max(box.y1, y + 1)};
      ++area;
    }
    const Mask mask = mask_from_bits(bits, size);
    EXPECT_EQ(mask_area(mask), area);
    EXPECT_EQ(mask_box(mask), area == 0 ? Box{} : box);
  }
  EXPECT_EQ(mask_box(draw_mask({9, 5}, [](int, int) { return true; })), (Box{0, 0, 9, 5}));
}

TEST(Mask, IouIsThatOfTheBits) {
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    const Size size{std::uniform_int_distribution<int>(1, 20)(random),
                    std::uniform_int_distribution<int>(1, 20)(random)};
    const auto a = random_bits(size, 0.3, random);
    const auto b = random_bits(size, 0.6, random);
    int both = 0;
    int either = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      both += (a[i] & b[i]) != 0;
      either += (a[i] | b[i]) != 0;
    }
    const double expected = either == 0 ? 1.0 : static_cast<double>(both) / either;
    EXPECT_DOUBLE_EQ(mask_iou(mask_from_bits(a, size), mask_from_bits(b, size)), expected);
  }
}

TEST(Mask, NoPixelsIsAMaskToo) {
  const Mask mask = mask_from_bits({}, {0, 0});
  EXPECT_EQ(mask, Mask{});
  EXPECT_EQ(mask_from_coco_string("", {0, 0}), mask);
  EXPECT_EQ(mask_to_bits(mask).size(), 0U);
  EXPECT_EQ(mask_box(mask), Box{});
  EXPECT_EQ(mask_area(mask), 0U);
  EXPECT_EQ(mask_iou(mask, mask), 1.0);
}

TEST(Mask, RunsOfNothingAreReadAndMerged) {
  // 4 background, 3 foreground, 0 background, 5 foreground: pycocotools reads it as well.
  const Mask mask = mask_from_coco_string("4302", {4, 3});
  EXPECT_EQ(mask.runs, (std::vector<std::uint32_t>{4, 8}));
}

TEST(Mask, BadInputIsRefused) {
  const Size size{40, 30};
  for (const char* text : {"", "`U", "`U11", "0`U10`U1", "O", "\x7f", "`U1\n", "oooooooooooo", "/", "1O", "`T1"}) {
    EXPECT_THROW(mask_from_coco_string(text, size), MaskError) << text;
  }
  EXPECT_THROW(mask_from_coco_string("0", {-1, 30}), MaskError);
  EXPECT_THROW(mask_from_coco_string("0", {100000, 100000}), MaskError);
  EXPECT_THROW(mask_from_bits(std::vector<std::uint8_t>(11), {4, 3}), MaskError);
  EXPECT_THROW(mask_iou(mask_from_coco_string("`U1", size), mask_from_coco_string("`U1", {30, 40})), MaskError);
}

TEST(Mask, AnyTextIsReadOrRefused) {
  std::mt19937 random(4);
  std::uniform_int_distribution<int> character(44, 114);
  for (int round = 0; round < 20000; ++round) {
    std::string text(std::uniform_int_distribution<std::size_t>(0, 12)(random), '0');
    for (char& c : text) c = static_cast<char>(character(random));
    try {
      const Mask mask = mask_from_coco_string(text, {4, 3});
      EXPECT_EQ(mask_from_bits(mask_to_bits(mask), mask.size), mask);
    } catch (const MaskError&) {
    }
  }
}

}  // namespace
}  // namespace sam
