// Small masks for laws that hold for any: noise of any density, on pictures of any shape.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "image/mask.h"

namespace sam {

inline Size random_size(std::mt19937& random, int longest = 20) {
  std::uniform_int_distribution<int> side(1, longest);
  return {side(random), side(random)};
}

// 0 or 255 each.
inline std::vector<std::uint8_t> random_bits(Size size, std::mt19937& random) {
  std::bernoulli_distribution inside(std::uniform_real_distribution<double>(0, 1)(random));
  std::vector<std::uint8_t> bits(pixel_count(size));
  for (std::uint8_t& bit : bits) bit = inside(random) ? 255 : 0;
  return bits;
}

}  // namespace sam
