#include "segmentation/half_precision.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace sam {
namespace {

std::vector<std::uint16_t> all_halves() {
  std::vector<std::uint16_t> halves(65536);
  for (std::size_t i = 0; i < halves.size(); ++i) halves[i] = static_cast<std::uint16_t>(i);
  return halves;
}

bool is_nan(std::uint16_t half) {
  return (half & 0x7fff) > 0x7c00;
}

TEST(HalfPrecision, EveryHalfSurvives) {
  const auto halves = all_halves();
  std::vector<float> fast(halves.size());
  std::vector<float> portable(halves.size());
  from_half_precision(halves, fast);
  from_half_precision_portably(halves, portable);
  std::vector<std::uint16_t> fast_back(halves.size());
  std::vector<std::uint16_t> portable_back(halves.size());
  to_half_precision(fast, fast_back);
  to_half_precision_portably(fast, portable_back);
  for (std::size_t i = 0; i < halves.size(); ++i) {
    if (is_nan(halves[i])) {
      EXPECT_TRUE(std::isnan(fast[i]) && std::isnan(portable[i]));
      EXPECT_TRUE(is_nan(fast_back[i]) && is_nan(portable_back[i]));
      continue;
    }
    ASSERT_EQ(std::bit_cast<std::uint32_t>(fast[i]), std::bit_cast<std::uint32_t>(portable[i])) << i;
    ASSERT_EQ(fast_back[i], halves[i]);
    ASSERT_EQ(portable_back[i], halves[i]);
  }
}

TEST(HalfPrecision, BothFormsRoundAlike) {
  std::mt19937 random(1);
  std::vector<float> values;
  for (int i = 0; i < 1'000'003; ++i) values.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(random())));
  for (const float edge :
       {65504.0F, 65519.996F, 65520.0F, 65536.0F, 0x1p-14F, 0x1p-24F, 0x1p-25F, 0x1.000002p-25F, 0.0F, -0.0F,
        std::numeric_limits<float>::infinity(), std::numeric_limits<float>::denorm_min()})
    values.push_back(edge);
  std::vector<std::uint16_t> fast(values.size());
  std::vector<std::uint16_t> portable(values.size());
  to_half_precision(values, fast);
  to_half_precision_portably(values, portable);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i])) {
      ASSERT_TRUE(is_nan(fast[i]) && is_nan(portable[i]));
    } else {
      ASSERT_EQ(fast[i], portable[i]) << values[i];
    }
  }
}

TEST(HalfPrecision, SuitsWhatNeitherOverflowsNorVanishes) {
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_TRUE(suits_half_precision(std::vector<float>{}));
  EXPECT_TRUE(suits_half_precision(std::vector<float>{0, -0.0F}));
  EXPECT_TRUE(suits_half_precision(std::vector<float>{1e-9F, -3, 65504}));
  EXPECT_FALSE(suits_half_precision(std::vector<float>{1, 65520}));
  EXPECT_FALSE(suits_half_precision(std::vector<float>{1, -1e30F}));
  EXPECT_FALSE(suits_half_precision(std::vector<float>{1, -infinity}));
  EXPECT_FALSE(suits_half_precision(std::vector<float>{1, std::numeric_limits<float>::quiet_NaN()}));
  EXPECT_FALSE(suits_half_precision(std::vector<float>{1e-5F, -1e-6F}));
}

}  // namespace
}  // namespace sam
