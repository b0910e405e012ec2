#include "segmentation/sam/resize_antialiased.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <span>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace sam {
namespace {

constexpr int fraction_bits = 22;  // 8 bits of pixel + 22 leave the sign and a guard bit of 32
constexpr std::int32_t half = 1 << (fraction_bits - 1);

// For each output position, the source positions first..first+count that weigh in, and their weights.
struct Filter {
  int width = 0;  // weights a position, the last of them possibly unused
  std::vector<int> first;
  std::vector<int> count;
  std::vector<std::int32_t> weights;

  const std::int32_t* at(int position) const { return weights.data() + static_cast<std::size_t>(position) * width; }
};

Filter make_filter(int from, int to) {
  const double scale = static_cast<double>(from) / to;
  const double support = std::max(scale, 1.0);
  Filter filter;
  filter.width = static_cast<int>(std::ceil(support)) * 2 + 1;
  filter.weights.resize(static_cast<std::size_t>(to) * filter.width);
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
    filter.first.push_back(first);
    filter.count.push_back(last - first);
  }
  return filter;
}

std::uint8_t to_byte(std::int32_t value) {
  return static_cast<std::uint8_t>(std::clamp(value >> fraction_bits, 0, 255));
}

// One row, or one row's part of a sum of rows; in two editions that compute the same.
struct RowOperations {
  void (*resize)(const std::uint8_t* from, const Filter& filter, int from_width, std::span<std::uint8_t> to);
  void (*add)(const std::uint8_t* row, std::int32_t weight, std::span<std::int32_t> sums);
};

void resize_row(const std::uint8_t* from, const Filter& filter, int, std::span<std::uint8_t> to) {
  const int width = static_cast<int>(to.size() / 3);
  for (int x = 0; x < width; ++x) {
    const std::int32_t* weights = filter.at(x);
    const std::uint8_t* pixel = from + std::size_t{3} * filter.first[x];
    std::int32_t sums[3] = {half, half, half};
    for (int i = 0; i < filter.count[x]; ++i, pixel += 3) {
      for (int c = 0; c < 3; ++c) sums[c] += pixel[c] * weights[i];
    }
    for (int c = 0; c < 3; ++c) to[3 * x + c] = to_byte(sums[c]);
  }
}

void add_row(const std::uint8_t* row, std::int32_t weight, std::span<std::int32_t> sums) {
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += row[i] * weight;
}

#if defined(__x86_64__)
// The baseline of x86-64 cannot multiply four 32-bit numbers at once; this takes a pixel's channels together.
[[gnu::target("avx2")]] void resize_row_avx2(const std::uint8_t* from, const Filter& filter, int from_width,
                                             std::span<std::uint8_t> to) {
  const int width = static_cast<int>(to.size() / 3);
  for (int x = 0; x < width; ++x) {
    const std::int32_t* weights = filter.at(x);
    const std::uint8_t* pixel = from + std::size_t{3} * filter.first[x];
    // Four bytes are read of a pixel, of the row's last one only its three.
    const bool to_the_end = filter.first[x] + filter.count[x] == from_width;
    const int whole = filter.count[x] - (to_the_end ? 1 : 0);
    __m128i sums = _mm_set1_epi32(half);
    const auto add = [&](std::uint32_t channels, std::int32_t weight) __attribute__((target("avx2"), always_inline)) {
      const __m128i values = _mm_cvtepu8_epi32(_mm_cvtsi32_si128(static_cast<int>(channels)));
      sums = _mm_add_epi32(sums, _mm_mullo_epi32(values, _mm_set1_epi32(weight)));
    };
    std::uint32_t channels = 0;
    for (int i = 0; i < whole; ++i, pixel += 3) {
      std::memcpy(&channels, pixel, 4);
      add(channels, weights[i]);
    }
    if (to_the_end) {
      channels = 0;
      std::memcpy(&channels, pixel, 3);
      add(channels, weights[whole]);
    }
    alignas(16) std::int32_t totals[4];
    _mm_store_si128(reinterpret_cast<__m128i*>(totals), sums);
    for (int c = 0; c < 3; ++c) to[3 * x + c] = to_byte(totals[c]);
  }
}

[[gnu::target("avx2")]] void add_row_avx2(const std::uint8_t* row, std::int32_t weight, std::span<std::int32_t> sums) {
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += row[i] * weight;
}
#endif

RowOperations row_operations() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) return {resize_row_avx2, add_row_avx2};
#endif
  return {resize_row, add_row};
}

// The rows of the horizontally resized picture that the vertical filter still needs.
class RowWindow {
 public:
  RowWindow(ImageView view, int width, int rows)
      : view_(view),
        filter_(make_filter(view.size.width, width)),
        width_(width),
        rows_(rows),
        pixels_(std::size_t{3} * width * rows) {}

  // Rows must be asked for in windows that never move up, each at most `rows` high.
  void advance_to(int end) {
    for (; next_ < end; ++next_) {
      std::uint8_t* to = pixels_.data() + offset(next_);
      if (width_ == view_.size.width) {
        std::memcpy(to, view_.row(next_), std::size_t{3} * width_);
      } else {
        operations_.resize(view_.row(next_), filter_, view_.size.width, {to, std::size_t{3} * width_});
      }
    }
  }
  const std::uint8_t* row(int y) const { return pixels_.data() + offset(y); }

 private:
  std::size_t offset(int y) const { return std::size_t{3} * width_ * (y % rows_); }

  ImageView view_;
  Filter filter_;
  int width_;
  int rows_;
  int next_ = 0;
  RowOperations operations_ = row_operations();
  std::vector<std::uint8_t> pixels_;
};

}  // namespace

Image resize_antialiased(ImageView view, Size to) {
  const std::size_t row_bytes = std::size_t{3} * to.width;
  const auto pixels = std::make_shared<std::uint8_t[]>(row_bytes * to.height);
  const Filter filter = make_filter(view.size.height, to.height);
  RowWindow window(view, to.width, std::min(filter.width, view.size.height));
  const RowOperations operations = row_operations();
  std::vector<std::int32_t> sums(row_bytes);
  for (int y = 0; y < to.height; ++y) {
    window.advance_to(filter.first[y] + filter.count[y]);
    std::fill(sums.begin(), sums.end(), half);
    for (int i = 0; i < filter.count[y]; ++i) {
      operations.add(window.row(filter.first[y] + i), filter.at(y)[i], sums);
    }
    std::uint8_t* out = pixels.get() + row_bytes * y;
    for (std::size_t x = 0; x < row_bytes; ++x) out[x] = to_byte(sums[x]);
  }
  return Image(to, pixels);
}

}  // namespace sam
