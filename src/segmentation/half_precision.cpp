#include "segmentation/half_precision.h"

#include <algorithm>
#include <bit>
#include <cstddef>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace sam {
namespace {

constexpr std::uint32_t magnitude_bits = 0x7fffffff;
constexpr float least_largest = 0x1p-10F;  // halves below 2^-14 are 2^-24 apart: still 2^-14 of this

std::uint16_t half_of(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t magnitude = bits & magnitude_bits;
  // Normal: the exponent's bias goes from 127 to 15, the last 13 bits are rounded away; over 65520 that carries to infinity.
  const std::uint32_t normal = (magnitude + 0xfff + ((magnitude >> 13) & 1) - 0x38000000) >> 13;
  // Subnormal: next to 0.5 floats are 2^-24 apart, as subnormal halves are, and the addition rounds.
  const std::uint32_t subnormal = std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude) + 0.5F) - 0x3f000000;
  const std::uint32_t special = magnitude > 0x7f800000 ? 0x7e00 : 0x7c00;
  std::uint32_t half = magnitude < 0x38800000 ? subnormal : normal;
  half = magnitude >= 0x47800000 ? special : half;
  return static_cast<std::uint16_t>(half | ((bits >> 16) & 0x8000));
}

float float_of(std::uint16_t half) {
  const std::uint32_t shifted = (half & 0x7fffU) << 13;
  const auto scaled = std::bit_cast<std::uint32_t>(std::bit_cast<float>(shifted) * 0x1p112F);  // exact
  const std::uint32_t special = shifted >= 0x0f800000 ? 0x7f800000 : 0;
  return std::bit_cast<float>(scaled | special | ((half & 0x8000U) << 16));
}

#if defined(__x86_64__)
// How many were done; the rest is less than a vector.
__attribute__((target("avx,f16c"))) std::size_t to_half_by_f16c(const float* values, std::uint16_t* halves,
                                                                std::size_t count) {
  std::size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    const __m128i eight = _mm256_cvtps_ph(_mm256_loadu_ps(values + i), _MM_FROUND_TO_NEAREST_INT);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(halves + i), eight);
  }
  return i;
}

__attribute__((target("avx,f16c"))) std::size_t from_half_by_f16c(const std::uint16_t* halves, float* values,
                                                                  std::size_t count) {
  std::size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    const __m128i eight = _mm_loadu_si128(reinterpret_cast<const __m128i*>(halves + i));
    _mm256_storeu_ps(values + i, _mm256_cvtph_ps(eight));
  }
  return i;
}

bool has_f16c() {
  static const bool has = __builtin_cpu_supports("avx") && __builtin_cpu_supports("f16c");
  return has;
}
#else
std::size_t to_half_by_f16c(const float*, std::uint16_t*, std::size_t) {
  return 0;
}
std::size_t from_half_by_f16c(const std::uint16_t*, float*, std::size_t) {
  return 0;
}
bool has_f16c() {
  return false;
}
#endif

}  // namespace

bool suits_half_precision(std::span<const float> values) {
  std::uint32_t largest = 0;  // bits of magnitudes are ordered as they are, NaN above all
  for (const float value : values) largest = std::max(largest, std::bit_cast<std::uint32_t>(value) & magnitude_bits);
  return largest == 0 ||
         (largest >= std::bit_cast<std::uint32_t>(least_largest) && largest <= std::bit_cast<std::uint32_t>(65504.0F));
}

void to_half_precision_portably(std::span<const float> values, std::span<std::uint16_t> halves) {
  for (std::size_t i = 0; i < values.size(); ++i) halves[i] = half_of(values[i]);
}

void from_half_precision_portably(std::span<const std::uint16_t> halves, std::span<float> values) {
  for (std::size_t i = 0; i < halves.size(); ++i) values[i] = float_of(halves[i]);
}

void to_half_precision(std::span<const float> values, std::span<std::uint16_t> halves) {
  const std::size_t done = has_f16c() ? to_half_by_f16c(values.data(), halves.data(), values.size()) : 0;
  to_half_precision_portably(values.subspan(done), halves.subspan(done));
}

void from_half_precision(std::span<const std::uint16_t> halves, std::span<float> values) {
  const std::size_t done = has_f16c() ? from_half_by_f16c(halves.data(), values.data(), halves.size()) : 0;
  from_half_precision_portably(halves.subspan(done), values.subspan(done));
}

}  // namespace sam
