#include "memory/recovery.h"

#include "memory/byte_text.h"

namespace sam {
namespace {

std::size_t index_of(RungKind kind) {
  return static_cast<std::size_t>(kind);
}

std::string exhausted_sentence(const std::string& doing, const MemoryExhausted::Facts& facts) {
  std::string text = doing + " needs ";
  text += facts.requested_bytes > 0 ? byte_text(facts.requested_bytes) + " more memory" : "more memory than there is";
  if (facts.limit_bytes > 0) {
    text +=
        "; " + used_of_text(facts.used_bytes, facts.limit_bytes) + " of " + domain_text(facts.domain) + " are in use";
  }
  if (!facts.advice.empty()) text += ": " + facts.advice;
  return text;
}

// Who only listens, or a sentence for which there is no memory, must not turn a recovery into a failure.
template <typename MakeSentence>
void tell(const RecoveryLadder::Report& report, const MakeSentence& make_sentence) noexcept {
  try {
    if (report) report(make_sentence());
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
  return facts;
}

}  // namespace

const char* rung_name(RungKind kind) {
  static constexpr std::array<const char*, rung_count> names = {"reclaim",         "reclaim all", "shrink engines",
                                                                "lower precision", "cpu",         "restart worker"};
  return names[index_of(kind)];
}

RecoveryStatistics operator+(const RecoveryStatistics& a, const RecoveryStatistics& b) {
  RecoveryStatistics sum = a;
  sum.operations += b.operations;
  sum.exhausted += b.exhausted;
  for (std::size_t i = 0; i < rung_count; ++i) {
    sum.rungs[i].runs += b.rungs[i].runs;
    sum.rungs[i].skips += b.rungs[i].skips;
    sum.rungs[i].rescues += b.rungs[i].rescues;
    sum.rungs[i].freed_bytes += b.rungs[i].freed_bytes;
    sum.rungs[i].milliseconds += b.rungs[i].milliseconds;
  }
  return sum;
}

MemoryExhausted::MemoryExhausted(const std::string& doing, Facts facts)
    : std::runtime_error(exhausted_sentence(doing, facts)), facts_(std::make_shared<const Facts>(std::move(facts))) {}

RecoveryLadder::RecoveryLadder(std::vector<Rung> rungs, Describe describe, Report report, const Clock& clock)
    : rungs_(std::move(rungs)),
      describe_(std::move(describe)),
      report_(std::move(report)),
      clock_(clock),
      exhausted_("the program", {0, 0, 0, "host", "close other programs, or raise SAM_HOST_MEMORY_LIMIT"}) {}

RecoveryStatistics RecoveryLadder::statistics() const {
  MutexLock lock(mutex_);
  return statistics_;
}

// A rung that throws has done nothing that one could count on.
RungResult RecoveryLadder::run_rung(const Rung& rung, const OutOfMemory& error) {
  MutexLock one_at_a_time(climbing_);
  const auto start = clock_.now();
  RungResult result;
  try {
    result = rung.run(error);
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

RungKind RecoveryLadder::climb(std::size_t& next, const std::string& doing, const OutOfMemory& error) {
  if (next == 0) {
    tell(report_, [&] { return doing + " ran out of memory: " + error.what(); });
    MutexLock lock(mutex_);
    ++statistics_.operations;
  }
  while (next < rungs_.size()) {
    const Rung& rung = rungs_[next++];
    const RungResult result = run_rung(rung, error);
    tell(report_, [&] {
      const std::string name = doing + ": " + rung_name(rung.kind);
      return result.skipped.empty() ? name + " freed " + byte_text(result.freed_bytes) + ", trying again"
                                    : name + " skipped: " + result.skipped;
    });
    if (result.skipped.empty()) return rung.kind;
  }
  {
    MutexLock lock(mutex_);
    ++statistics_.exhausted;
  }
  std::optional<MemoryExhausted> exhausted;
  try {
    exhausted.emplace(doing, facts_of(describe_, error));
  } catch (const std::bad_alloc&) {  // not even for the sentence
    give_up();
  }
  tell(report_, [&] { return std::string(exhausted->what()); });
  throw MemoryExhausted(*exhausted);
}

void RecoveryLadder::rescued(RungKind kind, const std::string& doing) noexcept {
  {
    MutexLock lock(mutex_);
    ++statistics_.rungs[index_of(kind)].rescues;
  }
  tell(report_, [&] { return doing + ": succeeded after " + rung_name(kind); });
}

}  // namespace sam
