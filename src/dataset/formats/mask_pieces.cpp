#include "dataset/formats/mask_pieces.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "image/run_builder.h"

namespace sam {
namespace {

// Calls use(start, end) with the column-major pixels of each run of foreground.
template <typename Use>
void each_run(const Mask& mask, Use use) {
  std::uint64_t at = 0;
  bool foreground = false;
  for (std::uint32_t run : mask.runs) {
    if (foreground && run > 0) use(at, at + run);
    at += run;
    foreground = !foreground;
  }
}

}  // namespace

Mask place_mask(const Mask& piece, int left, int top, Size size) {
  RunBuilder runs(size);
  const std::int64_t height = piece.size.height;
  each_run(piece, [&](std::uint64_t from, std::uint64_t to) {
    const auto start = static_cast<std::int64_t>(from);
    const auto end = static_cast<std::int64_t>(to);
    for (std::int64_t column = start / height; column * height < end; ++column) {
      const std::int64_t x = column + left;
      if (x < 0 || x >= size.width) continue;
      const std::int64_t y0 = std::max<std::int64_t>(std::max(start, column * height) - column * height + top, 0);
      const std::int64_t y1 =
          std::min<std::int64_t>(std::min(end, (column + 1) * height) - column * height + top, size.height);
      if (y0 >= y1) continue;
      runs.add_foreground(static_cast<std::uint32_t>(x * size.height + y0),
                          static_cast<std::uint32_t>(x * size.height + y1));
    }
  });
  return std::move(runs).finish();
}

Mask unite_masks(std::span<const Mask> masks) {
  if (masks.size() == 1) return masks[0];
  std::vector<std::pair<std::uint32_t, std::uint32_t>> intervals;
  for (const Mask& mask : masks) {
    each_run(mask, [&](std::uint64_t start, std::uint64_t end) {
      intervals.emplace_back(static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(end));
    });
  }
  std::sort(intervals.begin(), intervals.end());
  RunBuilder runs(masks[0].size);
  std::uint32_t done = 0;
  for (const auto& [start, end] : intervals) {
    if (end <= done) continue;
    runs.add_foreground(std::max(start, done), end);
    done = end;
  }
  return std::move(runs).finish();
}

}  // namespace sam
