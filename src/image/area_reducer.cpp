#include "image/area_reducer.h"

#include <algorithm>
#include <cstddef>

namespace sam {
namespace {

constexpr double rounding = 1e-6;  // pixels; sums of fractional rows are not exact

void add_weighted(const std::uint8_t* row, float weight, std::vector<float>& sums) {
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += weight * static_cast<float>(row[i]);
}

}  // namespace

AreaReducer::AreaReducer(Size from, double extent_x, double extent_y, Size to)
    : from_(from),
      to_(to),
      scale_x_(extent_x / to.width),
      scale_y_(extent_y / to.height),
      sums_(std::size_t{3} * from.width),
      pixels_(std::make_shared_for_overwrite<std::uint8_t[]>(std::size_t{3} * to.width * to.height)) {}

void AreaReducer::add_row(const std::uint8_t* rgb) {
  const double top = next_in_;
  const double bottom = ++next_in_;
  while (next_out_ < to_.height) {
    const double end = (next_out_ + 1) * scale_y_;
    const double share = std::min(bottom, end) - std::max(top, next_out_ * scale_y_);
    if (share > 0) add_weighted(rgb, static_cast<float>(share), sums_);
    if (end > bottom + rounding && next_in_ < from_.height) return;
    emit_row();
  }
}

void AreaReducer::emit_row() {
  const double bottom = std::min((next_out_ + 1) * scale_y_, static_cast<double>(next_in_));
  const double height = bottom - next_out_ * scale_y_;
  std::uint8_t* to = pixels_.get() + std::size_t{3} * to_.width * next_out_;
  for (int x = 0; x < to_.width; ++x, to += 3) {
    const double left = x * scale_x_;
    const double right = std::min((x + 1) * scale_x_, static_cast<double>(from_.width));
    const int first = static_cast<int>(left);
    const int last = std::min(static_cast<int>(right), from_.width - 1);
    float mean[3] = {};
    for (int i = first; i <= last; ++i) {
      const auto weight = static_cast<float>(std::min(right, i + 1.0) - std::max(left, static_cast<double>(i)));
      for (int c = 0; c < 3; ++c) mean[c] += weight * sums_[std::size_t{3} * i + c];
    }
    const auto area = static_cast<float>((right - left) * height);
    for (int c = 0; c < 3; ++c) to[c] = static_cast<std::uint8_t>(std::min(mean[c] / area + 0.5F, 255.0F));
  }
  ++next_out_;
  std::fill(sums_.begin(), sums_.end(), 0.0F);
}

Image AreaReducer::finish() {
  return Image(to_, std::move(pixels_));
}

}  // namespace sam
