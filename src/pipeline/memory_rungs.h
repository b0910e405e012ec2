// The rungs of the recovery ladder as the pipeline runs them, and the reclaimers behind them.
// Threading: rungs are called from the threads of the operations that ran out of memory.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "memory/budget.h"
#include "memory/governor.h"
#include "memory/recovery.h"
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

// All six, in the ladder's order. Everything given must outlive the rungs.
std::vector<Rung> make_rungs(Governor& governor, Budget& host, PredictorForms& forms, const EngineControl& engines);

// What MemoryExhausted says about the domain that ran out.
MemoryExhausted::Facts describe_exhaustion(const Governor& governor, bool has_fallback, const OutOfMemory& error);

}  // namespace sam
