#include "image/mask_algebra.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "image/run_builder.h"

namespace sam {
namespace {

void require_same(Size a, Size b) {
  if (a == b) return;
  throw MaskError("masks of " + std::to_string(a.width) + " x " + std::to_string(a.height) + " and " +
                  std::to_string(b.width) + " x " + std::to_string(b.height) + " pixels cannot be put together");
}

// belongs(in a, in b): whether such pixels are foreground.
template <typename Belongs>
Mask combine(const Mask& a, const Mask& b, Belongs belongs) {
  require_same(a.size, b.size);
  RunBuilder builder(a.size);
  const std::uint32_t pixels = mask_pixel_count(a.size);
  // Past the last run of one of them: background to the end.
  const auto end_of = [&](const Mask& mask, std::size_t run, std::uint32_t start) {
    return run < mask.runs.size() ? start + mask.runs[run] : pixels;
  };
  std::size_t i = 0;
  std::size_t k = 0;
  std::uint32_t end_a = end_of(a, 0, 0);
  std::uint32_t end_b = end_of(b, 0, 0);
  std::uint32_t at = 0;
  while (at < pixels) {
    const std::uint32_t end = std::min(end_a, end_b);
    if (belongs(i % 2 == 1 && i < a.runs.size(), k % 2 == 1 && k < b.runs.size())) builder.add_foreground(at, end);
    at = end;
    if (end_a == end) end_a = end_of(a, ++i, end);
    if (end_b == end) end_b = end_of(b, ++k, end);
  }
  return std::move(builder).finish();
}

}  // namespace

Mask unite(const Mask& a, const Mask& b) {
  return combine(a, b, [](bool in_a, bool in_b) { return in_a || in_b; });
}

Mask intersect(const Mask& a, const Mask& b) {
  return combine(a, b, [](bool in_a, bool in_b) { return in_a && in_b; });
}

Mask subtract(const Mask& a, const Mask& b) {
  return combine(a, b, [](bool in_a, bool in_b) { return in_a && !in_b; });
}

Mask unite_all(std::span<const Mask> masks, Size size) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> intervals;
  for (const Mask& mask : masks) {
    require_same(mask.size, size);
    std::uint32_t at = 0;
    for (std::size_t i = 0; i < mask.runs.size(); ++i) {
      if (i % 2 == 1) intervals.emplace_back(at, at + mask.runs[i]);
      at += mask.runs[i];
    }
  }
  std::sort(intervals.begin(), intervals.end());
  RunBuilder builder(size);
  std::uint32_t filled = 0;
  for (const auto& [start, end] : intervals) {
    if (end <= filled) continue;
    builder.add_foreground(std::max(start, filled), end);
    filled = end;
  }
  return std::move(builder).finish();
}

Mask complement(const Mask& mask) {
  return subtract({mask.size, {0, mask_pixel_count(mask.size)}}, mask);
}

}  // namespace sam
