#include "segmentation/sam/resize_antialiased.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

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

void resize_row(const std::uint8_t* from, const Filter& filter, int width, std::uint8_t* to) {
  for (int x = 0; x < width; ++x) {
    const std::int32_t* weights = filter.at(x);
    const std::uint8_t* pixel = from + std::size_t{3} * filter.first[x];
    std::int32_t red = half;
    std::int32_t green = half;
    std::int32_t blue = half;
    for (int i = 0; i < filter.count[x]; ++i, pixel += 3) {
      red += pixel[0] * weights[i];
      green += pixel[1] * weights[i];
      blue += pixel[2] * weights[i];
    }
    to[3 * x] = to_byte(red);
    to[3 * x + 1] = to_byte(green);
    to[3 * x + 2] = to_byte(blue);
  }
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
        resize_row(view_.row(next_), filter_, width_, to);
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
  std::vector<std::uint8_t> pixels_;
};

}  // namespace

Image resize_antialiased(ImageView view, Size to) {
  const std::size_t row_bytes = std::size_t{3} * to.width;
  const auto pixels = std::make_shared<std::uint8_t[]>(row_bytes * to.height);
  const Filter filter = make_filter(view.size.height, to.height);
  RowWindow window(view, to.width, std::min(filter.width, view.size.height));
  std::vector<std::int32_t> sums(row_bytes);
  for (int y = 0; y < to.height; ++y) {
    window.advance_to(filter.first[y] + filter.count[y]);
    std::fill(sums.begin(), sums.end(), half);
    for (int i = 0; i < filter.count[y]; ++i) {
      const std::uint8_t* row = window.row(filter.first[y] + i);
      const std::int32_t weight = filter.at(y)[i];
      for (std::size_t x = 0; x < row_bytes; ++x) sums[x] += row[x] * weight;
    }
    std::uint8_t* out = pixels.get() + row_bytes * y;
    for (std::size_t x = 0; x < row_bytes; ++x) out[x] = to_byte(sums[x]);
  }
  return Image(to, pixels);
}

}  // namespace sam
