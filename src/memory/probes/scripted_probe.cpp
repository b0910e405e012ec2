#include "memory/probes/scripted_probe.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace sam {

std::int64_t ScriptTime::elapsed_ms() {
  using std::chrono::duration_cast;
  const std::int64_t now = duration_cast<std::chrono::nanoseconds>(clock_.now().time_since_epoch()).count();
  std::int64_t begin = not_begun;
  if (begin_ns_.compare_exchange_strong(begin, now)) begin = now;
  return (now - begin) / 1'000'000;
}

ScriptedProbe::ScriptedProbe(std::string domain, std::vector<ScriptedReading> readings,
                             std::shared_ptr<ScriptTime> time)
    : domain_(std::move(domain)),
      name_(domain_ == "host" ? "scripted host memory" : "scripted card"),
      readings_(std::move(readings)),
      time_(std::move(time)) {}

std::optional<MemoryReading> ScriptedProbe::read() {
  const std::int64_t now = time_->elapsed_ms();
  const auto next = std::upper_bound(readings_.begin(), readings_.end(), now,
                                     [](std::int64_t ms, const ScriptedReading& r) { return ms < r.after_ms; });
  return next == readings_.begin() ? next->reading : std::prev(next)->reading;
}

std::vector<std::unique_ptr<Probe>> make_scripted_probes(const MemoryScript& script, const Clock& clock) {
  const auto time = std::make_shared<ScriptTime>(clock);
  std::vector<std::unique_ptr<Probe>> probes;
  for (const auto& [domain, readings] : script.domains) {
    auto probe = std::make_unique<ScriptedProbe>(domain, readings, time);
    probes.insert(domain == "host" ? probes.begin() : probes.end(), std::move(probe));
  }
  return probes;
}

}  // namespace sam
