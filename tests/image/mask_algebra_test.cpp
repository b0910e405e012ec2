#include "image/mask_algebra.h"

#include <gtest/gtest.h>

#include "image/random_mask.h"

namespace sam {
namespace {

template <typename Belongs>
Mask by_bits(const std::vector<std::uint8_t>& a, const std::vector<std::uint8_t>& b, Size size, Belongs belongs) {
  std::vector<std::uint8_t> bits(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) bits[i] = belongs(a[i] != 0, b[i] != 0) ? 1 : 0;
  return mask_from_bits(bits, size);
}

TEST(MaskAlgebra, IsThatOfTheBits) {
  std::mt19937 random(1);
  for (int round = 0; round < 500; ++round) {
    const Size size = random_size(random);
    const auto a_bits = random_bits(size, random);
    const auto b_bits = random_bits(size, random);
    const Mask a = mask_from_bits(a_bits, size);
    const Mask b = mask_from_bits(b_bits, size);
    ASSERT_EQ(unite(a, b), by_bits(a_bits, b_bits, size, [](bool p, bool q) { return p || q; }));
    ASSERT_EQ(intersect(a, b), by_bits(a_bits, b_bits, size, [](bool p, bool q) { return p && q; }));
    ASSERT_EQ(subtract(a, b), by_bits(a_bits, b_bits, size, [](bool p, bool q) { return p && !q; }));
    ASSERT_EQ(complement(a), by_bits(a_bits, a_bits, size, [](bool p, bool) { return !p; }));
  }
}

TEST(MaskAlgebra, ManyAreUnitedAsOneAfterTheOther) {
  std::mt19937 random(2);
  for (int round = 0; round < 200; ++round) {
    const Size size = random_size(random);
    std::vector<Mask> masks(static_cast<std::size_t>(round % 5));
    Mask together{size, {static_cast<std::uint32_t>(pixel_count(size))}};
    for (Mask& mask : masks) {
      mask = mask_from_bits(random_bits(size, random), size);
      together = unite(together, mask);
    }
    ASSERT_EQ(unite_all(masks, size), together);
  }
}

TEST(MaskAlgebra, OfOtherSizesIsRefused) {
  const Mask a{{3, 4}, {12}};
  const Mask b{{4, 3}, {12}};
  EXPECT_THROW(unite(a, b), MaskError);
  EXPECT_THROW(intersect(a, b), MaskError);
  EXPECT_THROW(subtract(a, b), MaskError);
  EXPECT_THROW(unite_all(std::vector{a, b}, a.size), MaskError);
}

}  // namespace
}  // namespace sam
