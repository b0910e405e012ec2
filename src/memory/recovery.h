// The recovery ladder: an operation that runs out of memory is tried again after each rung, until it succeeds or the rungs are used up.
// Threading: RecoveryLadder is safe to call from any thread. Rungs run one at a time: an operation must hold no lock that a rung takes, and a
// rung must not use the ladder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <new>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "memory/memory_exhausted.h"
#include "memory/out_of_memory.h"
#include "memory/rung.h"
#include "platform/clock.h"
#include "platform/mutex.h"

namespace sam {

class RecoveryLadder {
 public:
  // For the log: a detail for each rung, and one summary of each operation that ran out of memory, when it has ended.
  enum class Line : std::uint8_t { detail, summary };
  using Report = std::function<void(Line, const std::string& sentence)>;
  using Describe = std::function<MemoryExhausted::Facts(const OutOfMemory&)>;  // of the domain that ran out

  RecoveryLadder(std::vector<Rung> rungs, Describe describe, Report report, const Clock& clock);

  // Returns what operation() returns. OutOfMemory and std::bad_alloc climb the ladder; every other exception passes.
  // doing: for the log and the error. form: where the operation keeps the predictor's form it works with, for the rungs; null: it has none.
  // An answer of nothing (an empty optional, a null pointer) is no rescue. Throws MemoryExhausted.
  template <typename Operation>
  auto run(const std::string& doing, const Operation& operation, const std::size_t* form = nullptr)
      -> decltype(operation()) {
    Climb climb(*this, doing);
    for (;;) {
      std::optional<OutOfMemory> error;
      try {
        if constexpr (std::is_void_v<decltype(operation())>) {
          operation();
          rescued(climb);
          return;
        } else {
          auto result = operation();
          is_something(result) ? rescued(climb) : came_to_nothing(climb);
          return result;
        }
      } catch (const OutOfMemory& out_of_memory) {
        error = out_of_memory;
      } catch (const std::bad_alloc&) {
        error = bad_alloc_;
      }
      // After the catch block: no exception keeps buffers alive meanwhile.
      next_rung(climb, {*error, form == nullptr ? 0 : *form});
    }
  }

  // For who ran out of memory where no rung helps, such as for the name of an operation. Throws MemoryExhausted, which needs no memory.
  [[noreturn]] void give_up() const { throw exhausted_; }

  RecoveryStatistics statistics() const SAM_EXCLUDES(mutex_);

 private:
  // One operation on its way up; tells the summary when it has ended.
  struct Climb {
    Climb(const RecoveryLadder& on, const std::string& what) : ladder(on), doing(what) {}
    ~Climb();
    Climb(const Climb&) = delete;
    Climb& operator=(const Climb&) = delete;

    const RecoveryLadder& ladder;
    const std::string& doing;
    bool ran_out = false;
    std::size_t next = 0;
    std::optional<RungKind> last;  // that ran
    std::string ran;               // "reclaim freed 12 MB, lower precision"
    const char* outcome = "then it failed for another reason or was stopped";
  };

  template <typename Result>
  static bool is_something(const Result& result) {
    if constexpr (requires { result.has_value(); })
      return result.has_value();
    else if constexpr (requires { result == nullptr; })
      return !(result == nullptr);
    else
      return true;
  }

  // Runs the next rung that has something to do. Throws MemoryExhausted after the last.
  void next_rung(Climb& climb, const RungCause& cause) SAM_EXCLUDES(climbing_, mutex_);
  [[noreturn]] void exhausted(Climb& climb, const OutOfMemory& error) SAM_EXCLUDES(mutex_);
  RungResult run_rung(const Rung& rung, const RungCause& cause) SAM_EXCLUDES(climbing_, mutex_);
  void rescued(Climb& climb) noexcept SAM_EXCLUDES(mutex_);
  static void came_to_nothing(Climb& climb) noexcept { climb.outcome = "then it came to nothing"; }

  const std::vector<Rung> rungs_;
  const Describe describe_;
  const Report report_;
  const Clock& clock_;
  // Made before memory is short.
  const OutOfMemory bad_alloc_{"the program's own memory could not be had"};
  const MemoryExhausted exhausted_;
  Mutex climbing_;  // held while a rung runs
  mutable Mutex mutex_;
  RecoveryStatistics statistics_ SAM_GUARDED_BY(mutex_);
};

}  // namespace sam
