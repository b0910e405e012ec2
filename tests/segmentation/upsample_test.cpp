#include "segmentation/sam/upsample.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>

namespace sam {
namespace {

struct Grid {
  Size size;
  std::vector<float> values;
  float at(int x, int y) const { return values[static_cast<std::size_t>(y) * size.width + x]; }
};

struct Sample {
  int lower;
  int upper;
  float weight;
};

Sample sample(int i, int from, int to) {
  const double position = std::clamp((i + 0.5) * from / to - 0.5, 0.0, from - 1.0);
  const int lower = static_cast<int>(position);
  return {lower, std::min(lower + 1, from - 1), static_cast<float>(position - lower)};
}

// Every value, one after the other: what PyTorch's interpolate(mode="bilinear", align_corners=False) is defined to be.
Grid resized(const Grid& from, Size to) {
  Grid result = {to, {}};
  for (int y = 0; y < to.height; ++y) {
    const Sample v = sample(y, from.size.height, to.height);
    for (int x = 0; x < to.width; ++x) {
      const Sample h = sample(x, from.size.width, to.width);
      const float upper = (1 - h.weight) * from.at(h.lower, v.lower) + h.weight * from.at(h.upper, v.lower);
      const float lower = (1 - h.weight) * from.at(h.lower, v.upper) + h.weight * from.at(h.upper, v.upper);
      result.values.push_back((1 - v.weight) * upper + v.weight * lower);
    }
  }
  return result;
}

Grid cut(const Grid& from, Size to) {
  Grid result = {to, {}};
  for (int y = 0; y < to.height; ++y) {
    for (int x = 0; x < to.width; ++x) result.values.push_back(from.at(x, y));
  }
  return result;
}

Mask naive(const Grid& logits, Size frame, Size content, Size picture) {
  const Grid full = resized(cut(resized(logits, frame), content), picture);
  std::vector<std::uint8_t> bits;
  for (const float value : full.values) bits.push_back(value > 0 ? 255 : 0);
  return mask_from_bits(bits, picture);
}

Mask fast(const Grid& logits, Size frame, Size content, Size picture) {
  return upsample_logits({logits.values.data(), logits.size}, frame, content, picture);
}

Grid noise(Size size, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> value;
  Grid grid = {size, {}};
  for (int i = 0; i < size.width * size.height; ++i) grid.values.push_back(value(random));
  return grid;
}

// Smooth shapes, as networks draw them.
Grid blobs(Size size, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> phase(0, 6);
  const double a = phase(random);
  const double b = phase(random);
  Grid grid = {size, {}};
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const double value = std::sin(a + 9.0 * x / size.width) + std::cos(b + 7.0 * y / size.height) - 0.3;
      grid.values.push_back(static_cast<float>(value));
    }
  }
  return grid;
}

TEST(UpsampleLogits, EqualsTheNaiveTwoSteps) {
  std::mt19937 random(3);
  std::uniform_int_distribution<int> length(1, 150);
  for (unsigned i = 0; i < 150; ++i) {
    const Size grid = {length(random) % 24 + 1, length(random) % 24 + 1};
    const Size frame = {length(random), length(random)};
    const Size content = {length(random) % frame.width + 1, length(random) % frame.height + 1};
    const Size picture = {length(random), length(random)};
    const Grid logits = i % 2 == 0 ? noise(grid, i) : blobs(grid, i);
    EXPECT_EQ(fast(logits, frame, content, picture), naive(logits, frame, content, picture))
        << grid.width << "x" << grid.height << " to " << picture.width << "x" << picture.height;
  }
}

TEST(UpsampleLogits, EqualsTheNaiveTwoStepsAtSamsSizes) {
  const Grid logits = blobs({256, 256}, 5);
  EXPECT_EQ(fast(logits, {1024, 1024}, {1024, 683}, {600, 400}), naive(logits, {1024, 1024}, {1024, 683}, {600, 400}));
  EXPECT_EQ(fast(logits, {1024, 1024}, {683, 1024}, {1200, 1800}),
            naive(logits, {1024, 1024}, {683, 1024}, {1200, 1800}));
}

// Every cell of the frame looked at, with its rule: four corners of one sign are not interpolated.
Mask cell_by_cell(const Grid& logits, Size frame, Size content, Size picture) {
  const Grid cells = cut(resized(logits, frame), content);
  std::vector<std::uint8_t> bits;
  for (int y = 0; y < picture.height; ++y) {
    const Sample v = sample(y, content.height, picture.height);
    for (int x = 0; x < picture.width; ++x) {
      const Sample h = sample(x, content.width, picture.width);
      const std::array<float, 4> corner = {cells.at(h.lower, v.lower), cells.at(h.upper, v.lower),
                                           cells.at(h.lower, v.upper), cells.at(h.upper, v.upper)};
      const auto positive = std::count_if(corner.begin(), corner.end(), [](float value) { return value > 0; });
      const float upper = (1 - h.weight) * corner[0] + h.weight * corner[1];
      const float lower = (1 - h.weight) * corner[2] + h.weight * corner[3];
      const bool foreground = positive % 4 == 0 ? positive == 4 : (1 - v.weight) * upper + v.weight * lower > 0;
      bits.push_back(foreground ? 255 : 0);
    }
  }
  return mask_from_bits(bits, picture);
}

// A disc with single values in it that vanish or overflow when they are interpolated.
Grid hostile_disc(Size size, unsigned seed) {
  constexpr std::array<float, 9> odd = {0.0F,
                                        -0.0F,
                                        1e-45F,
                                        -1e-45F,
                                        3e38F,
                                        -3e38F,
                                        std::numeric_limits<float>::infinity(),
                                        -std::numeric_limits<float>::infinity(),
                                        NAN};
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> part(0, 1);
  const float radius = part(random) * static_cast<float>(size.width);
  Grid grid = {size, {}};
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const float inside = radius - std::hypot(static_cast<float>(x), static_cast<float>(y));
      grid.values.push_back(part(random) < 0.03F ? odd[random() % odd.size()] : inside);
    }
  }
  return grid;
}

TEST(UpsampleLogits, SkippingWhatNoContourCrossesChangesNoPixel) {
  std::mt19937 random(11);
  std::uniform_int_distribution<int> length(1, 150);
  for (unsigned i = 0; i < 300; ++i) {
    const Size grid = {length(random) % 40 + 1, length(random) % 40 + 1};
    const Size frame = i % 4 == 0 ? grid : Size{length(random), length(random)};
    const Size content = {length(random) % frame.width + 1, length(random) % frame.height + 1};
    const Size picture = {length(random), length(random)};
    const Grid logits = i % 3 == 0 ? noise(grid, i) : i % 3 == 1 ? blobs(grid, i) : hostile_disc(grid, i);
    ASSERT_EQ(fast(logits, frame, content, picture), cell_by_cell(logits, frame, content, picture))
        << i << ": " << grid.width << "x" << grid.height << " to " << picture.width << "x" << picture.height;
  }
}

TEST(UpsampleLogits, SkippingWhatNoContourCrossesChangesNoPixelAtSamsSizes) {
  const Size frame = {1024, 1024};
  for (unsigned i = 0; i < 3; ++i) {
    const Grid logits = hostile_disc({256, 256}, i);
    EXPECT_EQ(fast(logits, frame, {1024, 683}, {601, 403}), cell_by_cell(logits, frame, {1024, 683}, {601, 403}));
    EXPECT_EQ(fast(logits, frame, {769, 1024}, {333, 1501}), cell_by_cell(logits, frame, {769, 1024}, {333, 1501}));
  }
}

TEST(UpsampleLogits, WithoutAFirstStepTheGridItselfIsResized) {
  const Grid logits = noise({16, 16}, 9);
  EXPECT_EQ(fast(logits, {16, 16}, {16, 16}, {130, 70}), naive(logits, {16, 16}, {16, 16}, {130, 70}));
  EXPECT_EQ(fast(logits, {16, 16}, {16, 16}, {16, 16}), naive(logits, {16, 16}, {16, 16}, {16, 16}));
}

TEST(UpsampleLogits, AllAndNothing) {
  Grid logits = {{8, 8}, std::vector<float>(64, -1.0F)};
  EXPECT_EQ(fast(logits, {32, 32}, {32, 20}, {100, 50}).runs, (std::vector<std::uint32_t>{5000}));
  logits.values.assign(64, 1.0F);
  EXPECT_EQ(fast(logits, {32, 32}, {32, 20}, {100, 50}).runs, (std::vector<std::uint32_t>{0, 5000}));
  logits.values.assign(64, 0.0F);
  EXPECT_EQ(mask_area(fast(logits, {32, 32}, {32, 20}, {100, 50})), 0U);
}

TEST(UpsampleLogits, NumbersThatAreNotFiniteDrawNothing) {
  const Grid logits = {{8, 8}, std::vector<float>(64, NAN)};
  EXPECT_EQ(mask_area(fast(logits, {32, 32}, {32, 32}, {40, 40})), 0U);
}

TEST(UpsampleLogits, AMaskOf24MegapixelsIsItsRuns) {
  const Grid logits = blobs({256, 256}, 8);
  const Mask mask = fast(logits, {1024, 1024}, {1024, 683}, {6000, 4000});
  std::uint64_t sum = 0;
  for (const std::uint32_t run : mask.runs) sum += run;
  EXPECT_EQ(sum, 24'000'000U);
  EXPECT_LT(mask.runs.size(), 60'000U);
}

}  // namespace
}  // namespace sam
