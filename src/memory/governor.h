// Governor: watches every domain, decides how tight memory is, tells those who want to know, and gets bytes back before anyone has to
// wait. Readers take the last snapshot without a lock. The specification's GPUMemoryManager keeps its names here: check_memory_status,
// optimize_memory, should_cache, get_memory_usage, safe_get_memory_info (get_gpu_memory_info is a Probe's read).
// Threading: safe to call from any thread; one thread of its own samples after start(). No lock is held while a reclaimer or a listener runs.
// Ownership: probes, budgets, reclaimers and the clock must outlive it; a reclaimer is removed before it goes.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "memory/budget.h"
#include "memory/memory_info.h"
#include "memory/memory_options.h"
#include "memory/memory_snapshot.h"
#include "memory/probe.h"
#include "memory/reclaimer.h"
#include "platform/clock.h"

namespace sam {

// What our processes hold of a domain. Worker processes hold weights and scratch; this process holds the rest.
struct ProgramUse {
  std::uint64_t program_bytes = 0;  // this process: anonymous and shared memory
  std::uint64_t engine_bytes = 0;   // anonymous memory of the workers
};

struct GovernedDomain {
  Probe* probe = nullptr;
  Budget* budget = nullptr;
  MemoryLimit limit = {};
  std::function<ProgramUse()> use = nullptr;  // null: the reading's used_by_this_program_bytes, all of it engine_bytes
  // Of a device, its probe and what the probe needs: held by the thread that reads until a read that hangs comes back. Null: the governor's
  // destructor waits for a read under way.
  std::shared_ptr<void> keep_alive = nullptr;
  // Of a device: whether anything of ours is there. If not, its level is shown and decides nothing. Null: always.
  std::function<bool()> in_use = nullptr;
};

struct MemoryStatus {
  bool ok = true;       // false at critical
  std::string message;  // what is tight, with numbers, and what helps; empty at normal
};

struct MemoryEvent {
  std::uint64_t number = 0;  // counts up; the log keeps the last 200
  std::int64_t wall_ms = 0;  // since 1970
  std::string kind;          // "level", "optimize", "recovery", "probe"
  std::string text;          // a sentence for people
};

struct OptimizeResult {
  bool done = false;              // false: not forced and no reason to
  std::uint64_t freed_bytes = 0;  // as the reclaimers counted
};

class Governor {
 public:
  virtual ~Governor() = default;

  virtual void start() = 0;  // the sampling thread
  virtual void stop() = 0;   // waits for it
  virtual void
  sample() = 0;  // one round of every domain, whatever the periods say; for the start, tests and one-shot commands

  virtual MemorySnapshot snapshot() const noexcept = 0;
  virtual MemoryLevel level() const noexcept = 0;
  virtual const MemoryOptions& options() const = 0;
  virtual std::vector<std::string> domains() const = 0;  // in the order of the snapshot

  // The specification's should_cache(): whether everything is below warning.
  virtual bool should_cache() const noexcept = 0;
  // The specification's check_memory_status(): not ok at critical.
  virtual MemoryStatus check_memory_status() const = 0;
  // The specification's get_memory_usage(): utilization of the first device, or of the host where there is none; 0 to 1.
  virtual double get_memory_usage() const noexcept = 0;
  // Of the first device; all its fields, whatever happens (the CPU sentence where there is no device).
  virtual MemoryInfo safe_get_memory_info() const = 0;

  // The specification's optimize_memory(force): at warning (but not within the hold time after such a one gave nothing back), or if forced,
  // empties what can be made again (predictions not on screen,
  // embeddings ahead, images not on screen, engines' memory between runs), then samples. Logs "Memory optimization performed".
  virtual OptimizeResult optimize_memory(bool force) = 0;

  // Asks the reclaimers of a domain, cheapest first up to and including `last`, until wanted_bytes came back; then the host is looked at, so
  // that its budget knows. Returns what came back.
  virtual std::uint64_t reclaim(const std::string& domain, std::uint64_t wanted_bytes, ReclaimStep last) = 0;

  virtual void add_reclaimer(Reclaimer& reclaimer) = 0;
  virtual void remove_reclaimer(Reclaimer& reclaimer) = 0;  // returns when nobody is inside it

  // Called on a change of the level only, from the thread that noticed.
  using LevelListener = std::function<void(MemoryLevel before, const MemorySnapshot& now)>;
  virtual void add_listener(LevelListener listener) = 0;

  // The log people read: level changes, optimizations, the ladder's rungs.
  virtual void note(std::string kind, std::string text) = 0;
  virtual std::vector<MemoryEvent> events_after(std::uint64_t number) const = 0;
};

// domains: the host first. Throws std::invalid_argument for more than max_domains.
std::unique_ptr<Governor> make_governor(const MemoryOptions& options, std::vector<GovernedDomain> domains,
                                        const Clock& clock);

}  // namespace sam
