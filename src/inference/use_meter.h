// What operations in this process needed, and what each model holds of the process's heap. When operations of several models overlap, what
// the heap gained meanwhile goes to the model whose operation ends last, so that the models' parts always add up to the whole. What the
// engine's library holds for itself belongs to the model loaded first.
// Threading: safe from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>

#include "inference/model.h"
#include "platform/heap.h"
#include "platform/mutex.h"

namespace sam {

// Where the numbers come from; the process's heap unless a test says otherwise.
struct HeapMeter {
  std::function<HeapUse()> read = heap_use;
  std::function<void()> reset_peak = reset_heap_peak;
};

class UseMeter {
 public:
  explicit UseMeter(HeapMeter heap = {}) : heap_(std::move(heap)) {}

  struct Operation {
    std::uint64_t before_bytes = 0;
    std::uint64_t number = 0;
    bool alone = false;
  };
  Operation begin() SAM_EXCLUDES(mutex_);
  // The use's device part is zeros.
  ModelUse end(std::uint64_t model, const Operation& operation) SAM_EXCLUDES(mutex_);

  // After the model has gone.
  void forget(std::uint64_t model) SAM_EXCLUDES(mutex_);

  std::uint64_t held_bytes(std::uint64_t model) const SAM_EXCLUDES(mutex_);

 private:
  const HeapMeter heap_;
  mutable Mutex mutex_;
  int running_ SAM_GUARDED_BY(mutex_) = 0;
  std::uint64_t begun_ SAM_GUARDED_BY(mutex_) = 0;       // operations, ever
  std::int64_t start_bytes_ SAM_GUARDED_BY(mutex_) = 0;  // held when the first of those that run began
  std::map<std::uint64_t, std::int64_t> held_bytes_ SAM_GUARDED_BY(mutex_);  // by model
};

}  // namespace sam
