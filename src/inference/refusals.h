// What loads and runs were refused, and the least that they need as far as their failures show it.
// Threading: safe from any thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "inference/model.h"
#include "memory/budget.h"
#include "memory/out_of_memory.h"
#include "platform/mutex.h"

namespace sam {

// Nothing was tried: the budget has not what is known to be needed.
class RefusedByBudget : public OutOfMemory {
 public:
  using OutOfMemory::OutOfMemory;
};

// The sentence for `more` bytes that could not be reserved. doing: "running a.onnx".
RefusedByBudget refused_by(const Budget& budget, const std::string& doing, std::uint64_t more);

class Refusals {
 public:
  // Keeps the least that a failed operation needs: what it had when it was refused (of a load nobody knows: use is null), and what it asked for.
  // device: of the model. Returns the error with the domain that ran out.
  OutOfMemory note(const std::string& operation, const std::string& device, const ModelUse* use,
                   const OutOfMemory& error) SAM_EXCLUDES(mutex_);

  // 0: it was not refused, or has succeeded since.
  std::uint64_t least(const std::string& operation, const std::string& domain) const SAM_EXCLUDES(mutex_);

  void forget(const std::string& operation, const std::string& device) SAM_EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;
  std::map<std::string, std::uint64_t> least_ SAM_GUARDED_BY(mutex_);  // by operation and domain
};

}  // namespace sam
