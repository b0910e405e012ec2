// The reservation of a card's memory that must not grow: all of the limit, once for all models of a worker process.
// Threading: safe from any thread. Ownership: the models of the card share it; the budget must outlive it.
#pragma once

#include <cstdint>

#include "memory/budget.h"
#include "platform/mutex.h"

namespace sam {

class CardArena {
 public:
  CardArena(Budget& card, std::uint64_t limit_bytes);

  // Before a model is loaded or loaded again; nothing if it is reserved already. Throws RefusedByBudget.
  void take(const std::string& doing) SAM_EXCLUDES(mutex_);

  // After the worker process has ended. Returns the bytes.
  std::uint64_t give_back() noexcept SAM_EXCLUDES(mutex_);

 private:
  Budget& card_;
  const std::uint64_t limit_bytes_;
  Mutex mutex_;
  Reservation all_ SAM_GUARDED_BY(mutex_);
};

}  // namespace sam
