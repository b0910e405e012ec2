#include "server/annotating_rate.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace sam {
namespace {

constexpr std::size_t remembered_times = 100;

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace

void AnnotatingRate::add(const EditMade& edit) {
  const auto now = clock_.now();
  const MutexLock lock(mutex_);
  const auto before = std::exchange(last_, now);
  if (std::isfinite(edit.seconds) && edit.seconds > 0) {
    seconds_.push_back(edit.seconds);
    if (seconds_.size() > remembered_times) seconds_.pop_front();
  }
  if (!before || now - *before > longest_gap) return;
  worked_ += now - *before;
  objects_ = std::max(0.0, objects_ + edit.objects);
  images_ += edit.is_new_image ? 1 : 0;
}

AnnotatingRates AnnotatingRate::rates() const {
  const MutexLock lock(mutex_);
  AnnotatingRates rates;
  rates.seconds_per_object = median({seconds_.begin(), seconds_.end()});
  if (worked_ < least_work) return rates;
  const double hours = worked_.count() / 3600;
  rates.objects_per_hour = objects_ / hours;
  rates.images_per_hour = images_ / hours;
  return rates;
}

}  // namespace sam
