#include "inference/refusals.h"

#include <algorithm>

#include "memory/byte_text.h"

namespace sam {
namespace {

// An allocation that the engine was refused was one of many: what follows it is at least as large.
constexpr std::uint64_t least_refusal_bytes = 16 << 20;

std::string key_of(const std::string& operation, const std::string& domain) {
  return operation + '|' + domain;
}

}  // namespace

RefusedByBudget refused_by(const Budget& budget, const std::string& doing, std::uint64_t more) {
  const BudgetReport report = budget.report();
  const std::uint64_t available = report.available_bytes();
  return RefusedByBudget(doing + " needs " + byte_text(more) + " more of " + domain_text(budget.domain()) + "; " +
                             used_of_text(available, report.limit_bytes) + " are free",
                         more > available ? more - available : 1, budget.domain(), Shortage{more, report});
}

OutOfMemory Refusals::note(const std::string& operation, const std::string& device, const ModelUse* use,
                           const OutOfMemory& error) {
  const bool on_host = error.domain() == "host";
  std::uint64_t had = 0;
  if (use != nullptr) {
    const EngineUse& of = on_host ? use->host : use->device;
    had = of.peak_bytes > of.before_bytes ? of.peak_bytes - of.before_bytes : 0;
  }
  const std::uint64_t more = std::max(error.requested_bytes(), least_refusal_bytes);
  const std::string& domain = on_host ? error.domain() : device;
  const MutexLock lock(mutex_);
  std::uint64_t& least = least_[key_of(operation, domain)];
  least = std::max(least, had + more);
  return OutOfMemory(error.what(), more, domain);
}

std::uint64_t Refusals::least(const std::string& operation, const std::string& domain) const {
  const MutexLock lock(mutex_);
  const auto found = least_.find(key_of(operation, domain));
  return found == least_.end() ? 0 : found->second;
}

void Refusals::forget(const std::string& operation, const std::string& device) {
  const MutexLock lock(mutex_);
  least_.erase(key_of(operation, "host"));
  least_.erase(key_of(operation, device));
}

}  // namespace sam
