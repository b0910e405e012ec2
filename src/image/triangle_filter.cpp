#include "image/triangle_filter.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace sam {
namespace {

constexpr int fraction_bits = 22;  // 8 bits of pixel + 22 leave the sign and a guard bit of 32
constexpr std::int32_t half = 1 << (fraction_bits - 1);
constexpr int half_bits = 12;  // the lower half of a weight; the upper has 11: 1 is 1 << 22

std::uint8_t to_byte(std::int32_t value) {
  return static_cast<std::uint8_t>(std::clamp(value >> fraction_bits, 0, 255));
}

// In two editions that compute the same.
struct RowOperations {
  void (*filter)(const std::uint8_t* from, int from_width, const TriangleFilter& filter, std::span<std::uint8_t> to);
  void (*add)(const std::uint8_t* row, std::int32_t weight, std::span<std::int32_t> sums);
};

// From output pixel x on.
void filter_from(int x, const std::uint8_t* from, const TriangleFilter& filter, std::span<std::uint8_t> to) {
  const int width = static_cast<int>(to.size() / 3);
  for (; x < width; ++x) {
    const std::int32_t* weights = filter.at(x);
    const std::uint8_t* pixel = from + std::size_t{3} * filter.first[x];
    std::int32_t sums[3] = {half, half, half};
    for (int i = 0; i < filter.count[x]; ++i, pixel += 3) {
      for (int c = 0; c < 3; ++c) sums[c] += pixel[c] * weights[i];
    }
    for (int c = 0; c < 3; ++c) to[3 * x + c] = to_byte(sums[c]);
  }
}

void filter_plainly(const std::uint8_t* from, int, const TriangleFilter& filter, std::span<std::uint8_t> to) {
  filter_from(0, from, filter, to);
}

void add_plainly(const std::uint8_t* row, std::int32_t weight, std::span<std::int32_t> sums) {
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += row[i] * weight;
}

#if defined(__x86_64__)
// One output pixel from pairs of input pixels, eight bytes of which are read at a time. The sum is that of the whole weights to the last bit.
[[gnu::target("avx2")]] inline __m128i sum_of_pairs(const std::uint8_t* pixel, const std::int16_t* halves, int pairs) {
  // A channel of both pixels side by side, as 16-bit numbers.
  const __m128i side_by_side = _mm_setr_epi8(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1);
  __m128i lower = _mm_set1_epi32(half);
  __m128i upper = _mm_setzero_si128();
  for (int i = 0; i < pairs; ++i, pixel += 6, halves += 4) {
    std::int32_t weights[2];
    std::memcpy(weights, halves, sizeof weights);
    const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(pixel));
    const __m128i values = _mm_shuffle_epi8(bytes, side_by_side);
    lower = _mm_add_epi32(lower, _mm_madd_epi16(values, _mm_set1_epi32(weights[0])));
    upper = _mm_add_epi32(upper, _mm_madd_epi16(values, _mm_set1_epi32(weights[1])));
  }
  return _mm_add_epi32(lower, _mm_slli_epi32(upper, half_bits));
}

[[gnu::target("avx2")]] void filter_avx2(const std::uint8_t* from, int from_width, const TriangleFilter& filter,
                                         std::span<std::uint8_t> to) {
  const int width = static_cast<int>(to.size() / 3);
  const std::size_t stride = std::size_t{4} * filter.pairs();
  int x = 0;
  for (; x + 1 < width; ++x) {
    const int pairs = (filter.count[x] + 1) / 2;
    if (3 * (filter.first[x] + 2 * pairs) + 2 > 3 * from_width) break;  // the last read would leave the row
    const std::int16_t* halves = filter.halves.data() + stride * x;
    const __m128i sums = sum_of_pairs(from + std::size_t{3} * filter.first[x], halves, pairs);
    const __m128i words = _mm_packs_epi32(_mm_srai_epi32(sums, fraction_bits), _mm_setzero_si128());
    const int channels = _mm_cvtsi128_si32(_mm_packus_epi16(words, words));
    std::memcpy(to.data() + std::size_t{3} * x, &channels, 4);  // the fourth is overwritten by the next pixel
  }
  filter_from(x, from, filter, to);
}

[[gnu::target("avx2")]] void add_avx2(const std::uint8_t* row, std::int32_t weight, std::span<std::int32_t> sums) {
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += row[i] * weight;
}
#endif

RowOperations row_operations() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) return {filter_avx2, add_avx2};
#endif
  return {filter_plainly, add_plainly};
}

const RowOperations operations = row_operations();

}  // namespace

TriangleFilter make_triangle_filter(int from, double extent, int to) {
  const double scale = extent / to;
  const double support = std::max(scale, 1.0);
  TriangleFilter filter;
  filter.width = static_cast<int>(std::ceil(support)) * 2 + 1;
  filter.weights.resize(static_cast<std::size_t>(to) * filter.width);
  filter.halves.resize(static_cast<std::size_t>(to) * filter.pairs() * 4);
  std::vector<double> raw(filter.width);
  for (int position = 0; position < to; ++position) {
    const double center = (position + 0.5) * scale;
    const int first = std::max(static_cast<int>(center - support + 0.5), 0);
    const int last = std::min(static_cast<int>(center + support + 0.5), from);
    double sum = 0;
    for (int i = first; i < last; ++i) {
      raw[i - first] = std::max(0.0, 1.0 - std::abs((i - center + 0.5) / support));
      sum += raw[i - first];
    }
    std::int32_t* weights = filter.weights.data() + static_cast<std::size_t>(position) * filter.width;
    for (int i = 0; i < last - first; ++i) {
      weights[i] = static_cast<std::int32_t>(raw[i] / sum * (1 << fraction_bits) + 0.5);
    }
    std::int16_t* halves = filter.halves.data() + std::size_t{4} * filter.pairs() * position;
    for (int i = 0; i < last - first; ++i) {
      halves[i / 2 * 4 + i % 2] = static_cast<std::int16_t>(weights[i] & ((1 << half_bits) - 1));
      halves[i / 2 * 4 + i % 2 + 2] = static_cast<std::int16_t>(weights[i] >> half_bits);
    }
    filter.first.push_back(first);
    filter.count.push_back(last - first);
  }
  return filter;
}

void filter_row(const std::uint8_t* from, int from_width, const TriangleFilter& filter, std::span<std::uint8_t> to) {
  operations.filter(from, from_width, filter, to);
}

void begin_sums(std::span<std::int32_t> sums) {
  std::fill(sums.begin(), sums.end(), half);
}

void add_row(const std::uint8_t* row, std::int32_t weight, std::span<std::int32_t> sums) {
  operations.add(row, weight, sums);
}

void write_sums(std::span<const std::int32_t> sums, std::uint8_t* to) {
  std::transform(sums.begin(), sums.end(), to, to_byte);
}

}  // namespace sam
