// Areas of many objects: how many, the least, the largest, mean and median, in memory that does not grow with them.
// Threading: a value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sam {

class AreaStatistics {
 public:
  // COCO's sizes of objects: below 32 x 32 px, below 96 x 96, and the others.
  static constexpr std::uint64_t small_below_px = 32 * 32;
  static constexpr std::uint64_t medium_below_px = 96 * 96;

  void add(std::uint64_t area_px);

  std::size_t count() const { return count_; }
  std::uint64_t sum_px() const { return sum_; }
  std::uint64_t min_px() const { return min_; }
  std::uint64_t max_px() const { return max_; }
  double mean_px() const { return count_ == 0 ? 0 : static_cast<double>(sum_) / static_cast<double>(count_); }
  // The lower of the two in the middle; exact below 64 px, else within 1 %.
  double median_px() const;
  std::size_t small() const { return small_; }
  std::size_t medium() const { return medium_; }
  std::size_t large() const { return count_ - small_ - medium_; }

 private:
  std::size_t count_ = 0;
  std::uint64_t sum_ = 0;
  std::uint64_t min_ = 0;
  std::uint64_t max_ = 0;
  std::size_t small_ = 0;
  std::size_t medium_ = 0;
  std::vector<std::size_t> steps_;  // 64 an octave; as long as the largest needs, at most 3776
};

}  // namespace sam
