// How long many objects took: how many, mean and median, in memory that does not grow with them.
// Threading: a value.
#pragma once

#include <cstddef>

#include "dataset/area_statistics.h"

namespace sam {

class TimeStatistics {
 public:
  // 0, and what is no time, is not known and does not count.
  void add(double seconds) {
    if (!(seconds > 0)) return;
    constexpr double longest_s = 1e7;  // a third of a year
    hundredths_.add(static_cast<std::uint64_t>((seconds < longest_s ? seconds : longest_s) * 100 + 0.5));
  }

  std::size_t count() const { return hundredths_.count(); }
  double sum_s() const { return static_cast<double>(hundredths_.sum_px()) / 100; }
  double mean_s() const { return hundredths_.mean_px() / 100; }
  double median_s() const { return hundredths_.median_px() / 100; }  // within 1 %

 private:
  AreaStatistics hundredths_;  // areas are numbers like others
};

}  // namespace sam
