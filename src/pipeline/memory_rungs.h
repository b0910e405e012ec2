// The rungs of the recovery ladder as the pipeline runs them, and the reclaimers behind them.
// Threading: rungs are called from the threads of the operations that ran out of memory.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "memory/budget.h"
#include "memory/governor.h"
#include "memory/memory_exhausted.h"
#include "memory/rung.h"
#include "pipeline/in_flight.h"
#include "pipeline/pipeline.h"

namespace sam {

// A reclaimer made of a function.
class FunctionReclaimer final : public Reclaimer {
 public:
  using Function = std::function<std::uint64_t(std::uint64_t wanted_bytes)>;

  FunctionReclaimer(std::string domain, ReclaimStep step, Function function)
      : domain_(std::move(domain)), step_(step), function_(std::move(function)) {}

  const std::string& domain() const override { return domain_; }
  ReclaimStep step() const override { return step_; }
  std::uint64_t reclaim(std::uint64_t wanted_bytes) override { return function_(wanted_bytes); }

 private:
  const std::string domain_;
  const ReclaimStep step_;
  const Function function_;
};

// What the rungs work with; everything must outlive them.
struct RungParts {
  Governor& governor;
  Budget& host;
  const EngineControl& engines;
  InFlight& in_flight;
  PredictorForms* forms = nullptr;  // null: for work that does not use the model, whose precision is then left alone
};

// All six, in the ladder's order.
std::vector<Rung> make_rungs(const RungParts& parts);

// What MemoryExhausted says about the domain that ran out.
struct Remedies {
  bool fallback = false;         // GrabCut can be used instead
  bool lower_precision = false;  // the model works in its best form
};
MemoryExhausted::Facts describe_exhaustion(Governor& governor, Remedies remedies, const OutOfMemory& error);

}  // namespace sam
