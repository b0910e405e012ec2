// A domain whose readings come from a script (memory_script.h). All domains of a script share its time.
// Threading: read() may be called from any thread. Ownership: the clock must outlive it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "memory/probe.h"
#include "memory/probes/memory_script.h"
#include "platform/clock.h"

namespace sam {

// Time since the first look at it.
class ScriptTime {
 public:
  explicit ScriptTime(const Clock& clock) : clock_(clock) {}
  std::int64_t elapsed_ms();

 private:
  static constexpr std::int64_t not_begun = INT64_MIN;
  const Clock& clock_;
  std::atomic<std::int64_t> begin_ns_{not_begun};
};

class ScriptedProbe final : public Probe {
 public:
  // readings: not empty, in the order of time.
  ScriptedProbe(std::string domain, std::vector<ScriptedReading> readings, std::shared_ptr<ScriptTime> time);

  const std::string& domain() const override { return domain_; }
  const std::string& name() const override { return name_; }
  std::optional<MemoryReading> read() override;

 private:
  const std::string domain_;
  const std::string name_;
  const std::vector<ScriptedReading> readings_;
  const std::shared_ptr<ScriptTime> time_;
};

// One probe a domain of the script: host first, then the cards in order.
std::vector<std::unique_ptr<Probe>> make_scripted_probes(const MemoryScript& script, const Clock& clock);

}  // namespace sam
