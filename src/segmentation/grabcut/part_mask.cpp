#include "segmentation/grabcut/part_mask.h"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <utility>

#include "image/run_builder.h"

namespace sam::grabcut {
namespace {

// Adds the length of [from, to) that lies in each cell, in cells.
void add_length(double from, double to, float weight, float* cells, int stride, int count) {
  const int first = static_cast<int>(from);
  const int last = std::min(static_cast<int>(to), count - 1);
  for (int i = first; i <= last; ++i) {
    const double length = std::min(to, i + 1.0) - std::max(from, static_cast<double>(i));
    if (length > 0) cells[static_cast<std::ptrdiff_t>(i) * stride] += weight * static_cast<float>(length);
  }
}

// The pixels that an interval touches, at least one, inside [0, size).
std::pair<int, int> touched(double from, double to, int size) {
  const int first = std::clamp(static_cast<int>(std::floor(from)), 0, size - 1);
  const int last = std::clamp(static_cast<int>(std::ceil(to)), first + 1, size);
  return {first, last};
}

}  // namespace

PixelBox touched(const Box& box, Size size) {
  const auto [x0, x1] = touched(box.x0, box.x1, size.width);
  const auto [y0, y1] = touched(box.y0, box.y1, size.height);
  return {x0, y0, x1, y1};
}

Size reduced(Size size, int side) {
  const double scale = std::min(1.0, static_cast<double>(side) / std::max(size.width, size.height));
  return {std::max(1, static_cast<int>(std::lround(size.width * scale))),
          std::max(1, static_cast<int>(std::lround(size.height * scale)))};
}

Mask to_mask(const BitPlane& bits, const PixelBox& part, Size picture) {
  const cv::Mat source(bits.size.height, bits.size.width, CV_8U, const_cast<std::uint8_t*>(bits.values.data()));
  cv::Mat columns;
  cv::transpose(source, columns);
  RunBuilder builder(picture);
  for (int x = 0; x < columns.rows; ++x) {
    const auto* first = columns.ptr<std::uint8_t>(x);
    const auto* last = first + columns.cols;
    const auto top = static_cast<std::uint32_t>(part.x0 + x) * static_cast<std::uint32_t>(picture.height) +
                     static_cast<std::uint32_t>(part.y0);
    for (const auto* start = std::find(first, last, 255); start != last;) {
      const auto* end = std::find(start, last, 0);
      builder.add_foreground(top + static_cast<std::uint32_t>(start - first),
                             top + static_cast<std::uint32_t>(end - first));
      start = std::find(end, last, 255);
    }
  }
  return std::move(builder).finish();
}

BitPlane part_of(const Mask& mask, const PixelBox& part, Size to) {
  const double scale_x = static_cast<double>(to.width) / part.width();
  const double scale_y = static_cast<double>(to.height) / part.height();
  const auto height = static_cast<std::uint64_t>(mask.size.height);
  Plane<float> covered(to, 0);
  // A column of the mask, rows [from, to) of it foreground.
  const auto add = [&](int x, int from, int until) {
    from = std::max(from, part.y0);
    until = std::min(until, part.y1);
    if (x < part.x0 || x >= part.x1 || from >= until) return;
    const double left = (x - part.x0) * scale_x;
    const double right = (x + 1 - part.x0) * scale_x;
    for (int column = static_cast<int>(left); column < std::min<double>(right, to.width); ++column) {
      const double width = std::min(right, column + 1.0) - std::max(left, static_cast<double>(column));
      add_length((from - part.y0) * scale_y, (until - part.y0) * scale_y, static_cast<float>(width),
                 covered.values.data() + column, to.width, to.height);
    }
  };
  std::uint64_t at = 0;
  for (std::size_t i = 0; i < mask.runs.size(); at += mask.runs[i], ++i) {
    if (i % 2 == 0) continue;
    for (std::uint64_t begin = at; begin < at + mask.runs[i];) {
      const std::uint64_t column = begin / height;
      const std::uint64_t end = std::min(at + mask.runs[i], (column + 1) * height);
      add(static_cast<int>(column), static_cast<int>(begin - column * height), static_cast<int>(end - column * height));
      begin = end;
    }
  }
  BitPlane bits(to, 0);
  std::transform(covered.values.begin(), covered.values.end(), bits.values.begin(),
                 [](float share) { return share >= 0.5F ? std::uint8_t{255} : std::uint8_t{0}; });
  return bits;
}

}  // namespace sam::grabcut
