#include "dataset/area_statistics.h"

#include <algorithm>
#include <bit>

namespace sam {
namespace {

constexpr std::uint64_t steps_an_octave = 64;

// Each area below 64 has its own step; those from 2^k on share 64.
std::size_t step_of(std::uint64_t area) {
  if (area < steps_an_octave) return static_cast<std::size_t>(area);
  const auto shift = static_cast<int>(std::bit_width(area) - std::bit_width(steps_an_octave));
  return static_cast<std::size_t>(steps_an_octave * static_cast<std::uint64_t>(shift) + (area >> shift));
}

// The middle of the areas of a step.
double area_of(std::size_t step) {
  if (step < 2 * steps_an_octave) return static_cast<double>(step);
  const std::uint64_t shift = step / steps_an_octave - 1;
  const std::uint64_t first = (step - steps_an_octave * shift) << shift;
  return static_cast<double>(first) + static_cast<double>((std::uint64_t{1} << shift) - 1) / 2;
}

}  // namespace

void AreaStatistics::add(std::uint64_t area_px) {
  min_ = count_ == 0 ? area_px : std::min(min_, area_px);
  max_ = std::max(max_, area_px);
  ++count_;
  sum_ += area_px;
  if (area_px < small_below_px) {
    ++small_;
  } else if (area_px < medium_below_px) {
    ++medium_;
  }
  const std::size_t step = step_of(area_px);
  if (step >= steps_.size()) steps_.resize(step + 1);
  ++steps_[step];
}

double AreaStatistics::median_px() const {
  if (count_ == 0) return 0;
  std::size_t before = (count_ - 1) / 2;
  std::size_t step = 0;
  while (before >= steps_[step]) before -= steps_[step++];
  return std::clamp(area_of(step), static_cast<double>(min_), static_cast<double>(max_));
}

}  // namespace sam
