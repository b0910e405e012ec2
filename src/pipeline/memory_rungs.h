// The rungs of the recovery ladder as the pipeline runs them.
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
#include "pipeline/engine_control.h"
#include "pipeline/in_flight.h"
#include "pipeline/predictor_forms.h"

namespace sam {

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
// model_bytes: EngineControl::need_bytes, of work that uses the model; 0: not known.
MemoryExhausted::Facts describe_exhaustion(Governor& governor, Remedies remedies, const OutOfMemory& error,
                                           std::uint64_t model_bytes = 0);

}  // namespace sam
