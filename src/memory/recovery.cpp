#include "memory/recovery.h"

#include <algorithm>

#include "memory/byte_text.h"

namespace sam {
namespace {

std::size_t index_of(RungKind kind) {
  return static_cast<std::size_t>(kind);
}

// Who only listens, or a sentence for which there is no memory, must not turn a recovery into a failure.
template <typename MakeSentence>
void tell(const RecoveryLadder::Report& report, RecoveryLadder::Line line, const MakeSentence& make_sentence) noexcept {
  try {
    if (report) report(line, make_sentence());
  } catch (...) {
  }
}

// Of the exception in flight; short where there is no memory for more.
std::string reason_of_failure() noexcept {
  try {
    throw;
  } catch (const std::exception& failure) {
    try {
      return std::string("it failed: ") + failure.what();
    } catch (const std::exception&) {
      return "it failed";
    }
  } catch (...) {
    return "it failed";
  }
}

MemoryExhausted::Facts facts_of(const RecoveryLadder::Describe& describe, const OutOfMemory& error) {
  MemoryExhausted::Facts facts;
  try {
    if (describe) facts = describe(error);
  } catch (const std::exception&) {  // what the error itself says is left
  }
  if (facts.requested_bytes == 0) facts.requested_bytes = error.requested_bytes();
  if (facts.domain.empty()) facts.domain = error.domain();
  if (const auto& shortage =
          error.shortage()) {  // as it was then: what the failed operation held has been given back since
    facts.needed_bytes = shortage->needed_bytes;
    facts.used_bytes = shortage->held.used_bytes();
    facts.limit_bytes = shortage->held.limit_bytes;
    facts.holders = holders_text(shortage->held);
  }
  if (facts.whole_bytes > 0) facts.whole_bytes = std::max(facts.whole_bytes, facts.used_bytes + facts.needed_bytes);
  if (facts.whole_bytes <= facts.limit_bytes) facts.whole_bytes = 0;  // it needs more than was ever measured
  return facts;
}

// Of a rung that ran.
std::string ran_text(RungKind kind, const RungResult& result) {
  const std::string name = rung_name(kind);
  return result.freed_bytes > 0 ? name + " freed " + byte_text(result.freed_bytes) : name;
}

}  // namespace

RecoveryLadder::RecoveryLadder(std::vector<Rung> rungs, Describe describe, Report report, const Clock& clock)
    : rungs_(std::move(rungs)),
      describe_(std::move(describe)),
      report_(std::move(report)),
      clock_(clock),
      exhausted_("the program", {0, 0, 0, "host", "close other programs, or raise SAM_HOST_MEMORY_LIMIT", {}, 0, 0}) {}

RecoveryStatistics RecoveryLadder::statistics() const {
  MutexLock lock(mutex_);
  return statistics_;
}

// A rung that throws has done nothing that one could count on.
RungResult RecoveryLadder::run_rung(const Rung& rung, const RungCause& cause) {
  MutexLock one_at_a_time(climbing_);
  const auto start = clock_.now();
  RungResult result;
  try {
    result = rung.run(cause);
  } catch (...) {
    result = {0, reason_of_failure()};
  }
  MutexLock lock(mutex_);
  RungStatistics& counted = statistics_.rungs[index_of(rung.kind)];
  ++(result.skipped.empty() ? counted.runs : counted.skips);
  counted.freed_bytes += result.freed_bytes;
  counted.milliseconds += std::chrono::duration<double, std::milli>(clock_.now() - start).count();
  return result;
}

void RecoveryLadder::next_rung(Climb& climb, const RungCause& cause) {
  const OutOfMemory& error = cause.error;
  if (!climb.ran_out) {
    climb.ran_out = true;
    tell(report_, Line::detail, [&] { return climb.doing + " ran out of memory: " + error.what(); });
    MutexLock lock(mutex_);
    ++statistics_.operations;
  }
  while (climb.next < rungs_.size()) {
    const Rung& rung = rungs_[climb.next++];
    const RungResult result = run_rung(rung, cause);
    tell(report_, Line::detail, [&] {
      return result.skipped.empty() ? climb.doing + ": " + ran_text(rung.kind, result) + ", trying again"
                                    : climb.doing + ": " + rung_name(rung.kind) + " skipped: " + result.skipped;
    });
    if (!result.skipped.empty()) continue;
    climb.last = rung.kind;
    try {
      climb.ran += (climb.ran.empty() ? "" : ", ") + ran_text(rung.kind, result);
    } catch (const std::bad_alloc&) {  // then the summary lacks it
    }
    return;
  }
  exhausted(climb, error);
}

void RecoveryLadder::exhausted(Climb& climb, const OutOfMemory& error) {
  climb.outcome = "nothing helped";
  {
    MutexLock lock(mutex_);
    ++statistics_.exhausted;
  }
  std::optional<MemoryExhausted> end;
  try {
    end.emplace(climb.doing, facts_of(describe_, error));
  } catch (const std::bad_alloc&) {  // not even for the sentence
    give_up();
  }
  throw MemoryExhausted(*end);
}

void RecoveryLadder::rescued(Climb& climb) noexcept {
  if (!climb.last) return;
  climb.outcome = "then it succeeded";
  MutexLock lock(mutex_);
  ++statistics_.rungs[index_of(*climb.last)].rescues;
}

RecoveryLadder::Climb::~Climb() {
  if (!ran_out) return;
  tell(ladder.report_, Line::summary, [&] {
    return doing + " ran out of memory; " + (ran.empty() ? "no rung had anything to do" : ran + "; " + outcome);
  });
}

}  // namespace sam
