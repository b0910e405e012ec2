#include "memory/domain_watch.h"

#include <algorithm>
#include <limits>

namespace sam {
namespace {

std::uint64_t less(std::uint64_t a, std::uint64_t b) {
  return a > b ? a - b : 0;
}

std::uint64_t part(double fraction, std::uint64_t bytes) {
  return static_cast<std::uint64_t>(std::max(0.0, fraction) * static_cast<double>(bytes));
}

// A fraction of an unknown total says nothing. Without the host nothing could run, and nobody knows of a reason to refuse; without a card work
// goes on on the processor.
std::uint64_t limit_of_unknown(const std::string& domain) {
  return domain == "host" ? no_limit_bytes : 0;
}

// A tenth of the last ten seconds spent waiting for memory is a warning, whatever the numbers of bytes say.
MemoryOptions stall_options(MemoryOptions options) {
  options.warning_threshold = 0.10;
  options.critical_threshold = std::numeric_limits<double>::infinity();
  options.hysteresis = std::min(options.hysteresis, 0.05);  // or the warning would never be left
  return options;
}

}  // namespace

DomainWatch::DomainWatch(const GovernedDomain& domain, const MemoryOptions& options)
    : budget_(domain.budget), limit_(domain.limit), options_(options), trackers_(fresh()) {}

DomainWatch::Trackers DomainWatch::fresh() const {
  return {LevelTracker(options_), LevelTracker(options_), LevelTracker(stall_options(options_))};
}

// A reservation is made before its memory is taken and given up after it went: of the reports before and after the look the larger one is
// counted, so that nobody's memory is taken for somebody else's.
void DomainWatch::set_budget(const MemoryReading& reading, const DomainSample& sample) {
  const BudgetReport now = budget_->report();
  const auto reserved = [&](Owner owner) {
    const auto i = static_cast<std::size_t>(owner);
    return std::max(now.by_owner[i], sample.before.by_owner[i]);
  };
  const std::uint64_t kept = reserved(Owner::images) + reserved(Owner::embeddings) + reserved(Owner::predictions);
  const std::uint64_t engines = reserved(Owner::weights) + reserved(Owner::scratch);
  const ProgramUse unknown{0, reading.used_by_this_program_bytes.value_or(now.reserved_bytes)};
  const ProgramUse use = sample.use.value_or(unknown);
  snapshot_.own_bytes = use.program_bytes + use.engine_bytes;
  snapshot_.other_bytes =
      less(use.program_bytes, sample.use ? kept : 0) + less(use.engine_bytes, sample.use ? engines : kept + engines);
  const std::uint64_t most = limit_.of(reading.total_bytes);
  const std::uint64_t room = less(most, snapshot_.own_bytes);
  snapshot_.limit_bytes = reading.free_bytes < room ? snapshot_.own_bytes + reading.free_bytes : most;
  snapshot_.pressure = pressure(snapshot_.own_bytes, most, reading.free_bytes);
  budget_->set_other(snapshot_.other_bytes);
  budget_->set_limit(snapshot_.limit_bytes);
}

void DomainWatch::update(const DomainSample& sample, Time now) {
  if (!sample.reading) {  // the last known numbers and limit stay: what was safe then is better than no limit
    if (snapshot_.total_bytes == 0) {  // there are none: what was set in bytes
      snapshot_.limit_bytes = limit_.bytes > 0 ? limit_.bytes : limit_of_unknown(budget_->domain());
      budget_->set_limit(snapshot_.limit_bytes);
    }
    snapshot_.readable = false;
    snapshot_.level = MemoryLevel::normal;
    stalled_ = false;
    trackers_.emplace(fresh());
    return;
  }
  const MemoryReading& reading = *sample.reading;
  snapshot_.readable = true;
  snapshot_.used_bytes = reading.used_bytes;
  snapshot_.total_bytes = reading.total_bytes;
  snapshot_.free_bytes = reading.free_bytes;
  snapshot_.utilization = utilization(reading);
  set_budget(reading, sample);
  stalled_ = trackers_->stall.update(reading.stalled.value_or(0), now) != MemoryLevel::normal;
  snapshot_.level = std::max({trackers_->utilization.update(snapshot_.utilization, now),
                              trackers_->pressure.update(snapshot_.pressure, now),
                              stalled_ ? MemoryLevel::warning : MemoryLevel::normal});
}

const DomainSnapshot& DomainWatch::snapshot() {
  const BudgetReport report = budget_->report();
  snapshot_.by_owner = report.by_owner;
  snapshot_.reserved_bytes = 0;  // the sum, also while others reserve
  for (const std::uint64_t bytes : report.by_owner) snapshot_.reserved_bytes += bytes;
  return snapshot_;
}

std::uint64_t DomainWatch::over_commitment() const {
  if (!snapshot_.readable) return 0;
  const BudgetReport report = budget_->report();
  const std::uint64_t promised = less(report.reserved_bytes, budget_->speculative_bytes());  // what will be taken
  return std::min(promised, less(promised + report.other_bytes, report.limit_bytes));
}

std::uint64_t DomainWatch::excess() const {
  if (snapshot_.level == MemoryLevel::normal) return 0;
  const double target = options_.warning_threshold - options_.hysteresis;
  std::uint64_t bytes = std::max(less(snapshot_.used_bytes, part(target, snapshot_.total_bytes)),
                                 less(snapshot_.own_bytes, part(target, snapshot_.limit_bytes)));
  if (stalled_) bytes = std::max(bytes, snapshot_.limit_bytes / 32);
  return std::max<std::uint64_t>(bytes, 1);
}

}  // namespace sam
