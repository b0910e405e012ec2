// The memory of inference engines: every model of a worker is loaded and run within reservations of the budgets, and the worker's heap is
// limited to what was reserved. What a load or a run needs is taken from the CostBook; where nobody measured yet, most of what is free is
// reserved for that one time, and the limit keeps the promise.
// Threading: safe to call from any thread; models as Model says. Ownership: models keep the EngineMemory alive; budgets and book must
// outlive both.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "inference/cost_book.h"
#include "inference/model.h"
#include "inference/worker.h"
#include "memory/budget.h"
#include "platform/clock.h"

namespace sam {

// What a worker process has besides its models, held as long as it runs.
inline constexpr std::uint64_t engine_base_bytes = 24 << 20;

struct EngineBudgets {
  Budget* host = nullptr;
  Budget* device = nullptr;  // of models on "cuda:N"; null: only the host's is kept
};

class EngineMemory {
 public:
  virtual ~EngineMemory() = default;

  // A model of the worker whose load and runs stay within the budgets. Throws ModelError, OutOfMemory (nothing was loaded, or the engine
  // hit the limit).
  virtual std::unique_ptr<Model> load(const ModelOptions& options) = 0;

  // Gives back what engines keep between runs. wait: for runs that are under way; otherwise models that are busy are left alone. Returns the
  // bytes that the budgets got back.
  virtual std::uint64_t release_memory(bool wait) = 0;

  // Ends the worker process: everything it held comes back, models load again when they are next used. Returns the bytes.
  virtual std::uint64_t restart() = 0;

  // As restart, if nothing ran for idle_ms and nothing runs now; otherwise 0.
  virtual std::uint64_t unload_idle(std::int64_t idle_ms) = 0;

  // The most that loading and running these together takes of the domain, as far as it was ever measured, whatever the limit is now; 0: it was not.
  virtual std::uint64_t need_bytes(std::span<const ModelOptions> together, const std::string& domain) const = 0;

  virtual std::uint64_t held_bytes() const = 0;  // reserved by all models
  virtual int worker_deaths() const = 0;         // of the worker process, which nobody asked to end
};

std::shared_ptr<EngineMemory> make_engine_memory(std::shared_ptr<Worker> worker, EngineBudgets budgets, CostBook& book,
                                                 const Clock& clock);

}  // namespace sam
