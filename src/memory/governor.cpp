#include "memory/governor.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <limits>
#include <optional>
#include <stdexcept>
#include <thread>

#include "memory/byte_text.h"
#include "memory/level_listeners.h"
#include "memory/level_text.h"
#include "memory/memory_events.h"
#include "memory/reclaimer_list.h"
#include "memory/watched_domain.h"
#include "platform/mutex.h"

namespace sam {
namespace {

using Time = std::chrono::steady_clock::time_point;
using std::chrono::milliseconds;

constexpr std::uint64_t everything = std::numeric_limits<std::uint64_t>::max();

// Bytes to get back in the background, and the pause that it begins.
struct Relief {
  WatchedDomain* watched = nullptr;
  ReliefPause* pause = nullptr;
  std::uint64_t wanted_bytes = everything;
  ReclaimSteps steps{};
  bool optimize = false;  // the specification's loop: a device is used beyond its threshold
};

// What a round found out for the log; written when no lock is held.
struct Finding {
  spdlog::level::level_enum severity = spdlog::level::info;
  std::string kind;
  std::string text;
};

// optimize_memory empties what only costs time to make again.
const ReclaimSteps optimize_steps = {ReclaimStep::freed_heap, ReclaimStep::predictions, ReclaimStep::embeddings_ahead,
                                     ReclaimStep::images, ReclaimStep::engines};

// What costs milliseconds to make again. Engines are the last asked: what they keep could hold the level at warning for good, with nothing
// cached meanwhile.
const ReclaimSteps warning_steps = ReclaimSteps::up_to(ReclaimStep::embeddings_on_disk).with(ReclaimStep::engines);

class SamplingGovernor final : public Governor {
 public:
  SamplingGovernor(const MemoryOptions& options, std::vector<GovernedDomain> domains, const Clock& clock)
      : options_(options), clock_(clock), events_(clock) {
    if (domains.size() > max_domains) {
      throw std::invalid_argument(std::to_string(domains.size()) + " memory domains; the most is " +
                                  std::to_string(max_domains));
    }
    for (const GovernedDomain& domain : domains) watched_.emplace_back(domain, options, !watched_.empty());
  }
  ~SamplingGovernor() override { stop(); }

  void start() override;
  void stop() override;
  void sample() override {
    round(options_.device_timeout, true);
    relieve();
  }

  MemorySnapshot snapshot() const noexcept override { return cell_.load(); }
  MemoryLevel level() const noexcept override { return level_.load(std::memory_order_relaxed); }
  const MemoryOptions& options() const override { return options_; }
  std::vector<std::string> domains() const override;
  bool should_cache() const noexcept override { return level() == MemoryLevel::normal; }
  MemoryStatus check_memory_status() const override;
  double get_memory_usage() const noexcept override;
  MemoryInfo safe_get_memory_info() const override;
  OptimizeResult optimize_memory(bool force) override;
  std::uint64_t reclaim(const std::string& domain, std::uint64_t wanted_bytes, ReclaimStep last) override;
  void add_reclaimer(Reclaimer& reclaimer) override { reclaimers_.add(reclaimer); }
  void remove_reclaimer(Reclaimer& reclaimer) override { reclaimers_.remove(reclaimer); }
  void add_listener(LevelListener listener) override { listeners_.add(std::move(listener)); }
  void note(std::string kind, std::string text) override { events_.add(std::move(kind), std::move(text)); }
  std::vector<MemoryEvent> events_after(std::uint64_t number) const override { return events_.after(number); }

 private:
  void run();
  void round(milliseconds patience, bool all) SAM_EXCLUDES(mutex_);
  std::vector<std::uint64_t> order_looks(bool all) SAM_EXCLUDES(mutex_);
  bool answered(const WatchedDomain& watched, std::uint64_t look, milliseconds patience) const;
  void count(WatchedDomain& watched, const DomainSample& sample, Time now) SAM_REQUIRES(mutex_);
  void count_device(WatchedDomain& watched, Time now, bool timed_out) SAM_REQUIRES(mutex_);
  void publish(Time now) SAM_REQUIRES(mutex_);
  void say(const std::vector<Finding>& findings);
  std::vector<Relief> reliefs() SAM_EXCLUDES(mutex_);
  void relieve() SAM_EXCLUDES(mutex_);
  std::uint64_t carry_out(const Relief& relief, std::uint64_t wanted_bytes);
  bool optimization_is_due() SAM_EXCLUDES(mutex_);
  void optimized(std::uint64_t freed_bytes);

  const MemoryOptions options_;
  const Clock& clock_;
  MemoryEvents events_;
  ReclaimerList reclaimers_;
  LevelListeners listeners_;

  Mutex mutex_;                        // one round at a time
  std::deque<WatchedDomain> watched_;  // its length, names and readers never change
  std::vector<Finding> findings_ SAM_GUARDED_BY(mutex_);
  std::optional<Time> fruitless_ SAM_GUARDED_BY(mutex_);  // when an optimization that was not forced gave nothing back
  SnapshotCell cell_;
  std::atomic<MemoryLevel> level_{MemoryLevel::normal};
  std::atomic<bool> relieving_{false};

  Mutex run_mutex_;
  Condition stopping_;
  bool stop_ SAM_GUARDED_BY(run_mutex_) = false;
  std::jthread thread_;
};

void SamplingGovernor::start() {
  if (thread_.joinable()) return;
  {
    MutexLock lock(run_mutex_);
    stop_ = false;
  }
  thread_ = std::jthread([this] { run(); });
}

void SamplingGovernor::stop() {
  {
    MutexLock lock(run_mutex_);
    stop_ = true;
    stopping_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void SamplingGovernor::run() {
  for (;;) {
    try {
      round(milliseconds(0), false);
      relieve();
    } catch (const std::exception& error) {  // no memory for a sentence: the next round comes soon
      spdlog::error("Error watching memory: {}", error.what());
    }
    MutexLock lock(run_mutex_);
    if (!stop_) stopping_.wait_for(run_mutex_, options_.host_period);
    if (stop_) return;
  }
}

// Orders of looks at the devices: at all of them, or at those that are due. 0: none was given.
std::vector<std::uint64_t> SamplingGovernor::order_looks(bool all) {
  std::vector<std::uint64_t> looks(watched_.size(), 0);
  const Time now = clock_.now();
  MutexLock lock(mutex_);
  for (std::size_t i = 1; i < watched_.size(); ++i) {
    WatchedDomain& device = watched_[i];
    if (!all && (now < device.due || device.reader->waiting_since())) continue;
    device.due = now + options_.device_period;
    looks[i] = device.reader->request(now);
  }
  return looks;
}

// A device that hangs already is not waited for again.
bool SamplingGovernor::answered(const WatchedDomain& watched, std::uint64_t look, milliseconds patience) const {
  const auto since = watched.reader->waiting_since();
  const bool hangs = since && clock_.now() - *since > options_.device_timeout;
  return watched.reader->wait(look, hangs ? milliseconds(0) : patience) ||
         (!hangs && patience < options_.device_timeout);
}

// all: every device is looked at now and waited for; otherwise those that are due, and what they answer counts in a later round.
void SamplingGovernor::round(milliseconds patience, bool all) {
  if (watched_.empty()) return;
  const std::vector<std::uint64_t> looks = order_looks(all);
  const DomainSample host = look_at(watched_.front().domain);
  std::vector<bool> timed_out(watched_.size(), false);
  for (std::size_t i = 1; all && i < watched_.size(); ++i) timed_out[i] = !answered(watched_[i], looks[i], patience);
  std::vector<Finding> findings;
  {
    MutexLock lock(mutex_);
    const Time now = clock_.now();
    count(watched_.front(), host, now);
    for (std::size_t i = 1; i < watched_.size(); ++i) count_device(watched_[i], now, timed_out[i]);
    publish(now);
    findings.swap(findings_);
  }
  say(findings);
  listeners_.deliver();
}

void SamplingGovernor::count_device(WatchedDomain& watched, Time now, bool timed_out) {
  DomainSample sample;
  const std::uint64_t look = watched.reader->last(sample);
  if (look > watched.counted) {
    watched.counted = look;
    count(watched, sample, now);
  }
  const auto since = watched.reader->waiting_since();
  if (timed_out || (since && now - *since > options_.device_timeout)) count(watched, DomainSample{}, now);
}

void SamplingGovernor::count(WatchedDomain& watched, const DomainSample& sample, Time now) {
  const MemoryLevel before = watched.watch.snapshot().level;
  watched.watch.update(sample, now);
  const DomainSnapshot& after = watched.watch.snapshot();
  if (after.readable && after.level != before) {  // what cannot be read has no numbers to show
    const auto severity = after.level > before ? spdlog::level::warn : spdlog::level::info;
    findings_.push_back({severity, "level", level_change_text(watched.name, before, after)});
  }
  if (!after.readable && !watched.lost) {
    findings_.push_back({spdlog::level::warn, "probe", unreadable_text(watched.name, after)});
  } else if (after.readable && watched.lost) {
    findings_.push_back({spdlog::level::info, "probe", domain_text(watched.name) + " can be read again"});
  }
  watched.lost = !after.readable;
}

void SamplingGovernor::publish(Time now) {
  MemorySnapshot snapshot;
  snapshot.time_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()).count();
  snapshot.domain_count = watched_.size();
  for (std::size_t i = 0; i < watched_.size(); ++i) {
    snapshot.domains[i] = watched_[i].watch.snapshot();
    snapshot.domains[i].in_use = watched_[i].is_in_use();
    if (snapshot.domains[i].in_use) snapshot.level = std::max(snapshot.level, snapshot.domains[i].level);
  }
  cell_.store(snapshot);
  const MemoryLevel before = level_.exchange(snapshot.level, std::memory_order_relaxed);
  if (before != snapshot.level) listeners_.changed(before, snapshot);
}

void SamplingGovernor::say(const std::vector<Finding>& findings) {
  for (const Finding& finding : findings) {
    spdlog::log(finding.severity, "{}", finding.text);
    events_.add(finding.kind, finding.text);
  }
}

// What is over the limit comes back whatever it costs; at warning what is cheap; at critical all but the models.
std::vector<Relief> SamplingGovernor::reliefs() {
  std::vector<Relief> list;
  const Time now = clock_.now();
  MutexLock lock(mutex_);
  for (WatchedDomain& w : watched_) {
    const DomainSnapshot& seen = w.watch.snapshot();
    if (const std::uint64_t over = w.watch.over_commitment(); over == 0) {
      w.commit_pause.calm();
    } else if (w.commit_pause.over(now)) {
      list.push_back({&w, &w.commit_pause, over, ReclaimSteps::up_to(ReclaimStep::idle_models)});
    }
    if (!seen.readable || w.reader == nullptr || !w.is_in_use() ||
        seen.utilization <= options_.gpu_optimize_threshold) {
      w.optimize_pause.calm();
    } else if (w.optimize_pause.over(now)) {
      list.push_back({&w, &w.optimize_pause, everything, optimize_steps, true});
    }
    if (seen.level == MemoryLevel::normal || !w.is_in_use()) {
      w.level_pause.calm();
    } else if (w.level_pause.over(now)) {
      const bool critical = seen.level == MemoryLevel::critical;
      const ReclaimSteps steps = critical ? ReclaimSteps::up_to(ReclaimStep::engines) : warning_steps;
      list.push_back({&w, &w.level_pause, w.watch.excess(), steps});
    }
  }
  return list;
}

std::uint64_t SamplingGovernor::carry_out(const Relief& relief, std::uint64_t wanted_bytes) {
  const std::string& domain = relief.watched->name;
  std::uint64_t freed = reclaimers_.ask(domain, relief.steps, wanted_bytes);
  if (relief.optimize) {
    freed += reclaimers_.ask(watched_.front().name, {ReclaimStep::predictions}, everything);
    optimized(freed);
  } else if (freed > 0) {
    const std::string text = domain_text(domain) + ": " + byte_text(freed) + " given back in the background";
    say({{spdlog::level::info, "optimize", text}});
  }
  return freed;
}

void SamplingGovernor::relieve() {
  if (relieving_.exchange(true)) return;
  const auto done = [](std::atomic<bool>* flag) { flag->store(false); };
  std::unique_ptr<std::atomic<bool>, decltype(done)> guard(&relieving_, done);
  std::uint64_t freed = 0;
  std::uint64_t freed_of_domain = 0;
  const WatchedDomain* previous = nullptr;
  for (const Relief& relief : reliefs()) {
    if (relief.watched != previous) freed_of_domain = 0;
    previous = relief.watched;
    if (freed_of_domain >= relief.wanted_bytes) continue;  // another reason to ask the same domain got it already
    const std::uint64_t bytes = carry_out(relief, relief.wanted_bytes - freed_of_domain);
    freed += bytes;
    freed_of_domain += bytes;
    MutexLock lock(mutex_);
    relief.pause->tried(clock_.now(), bytes);
  }
  guard.reset();
  if (freed > 0) round(milliseconds(0), false);  // readers see what came back
}

bool SamplingGovernor::optimization_is_due() {
  {
    MutexLock lock(mutex_);
    if (fruitless_ && clock_.now() - *fruitless_ < options_.hold) return false;
  }
  const MemorySnapshot now = snapshot();
  if (now.level != MemoryLevel::normal) return true;
  for (std::size_t i = 1; i < now.domain_count; ++i) {
    if (now.domains[i].readable && now.domains[i].in_use && now.domains[i].utilization >= options_.warning_threshold)
      return true;
  }
  return false;
}

void SamplingGovernor::optimized(std::uint64_t freed_bytes) {
  spdlog::info("Memory optimization performed");
  events_.add("optimize", "Memory optimization performed: " + byte_text(freed_bytes) + " given back");
}

OptimizeResult SamplingGovernor::optimize_memory(bool force) {
  OptimizeResult result;
  if (!force && !optimization_is_due()) return result;
  result.done = true;
  try {
    for (const WatchedDomain& watched : watched_)
      result.freed_bytes += reclaimers_.ask(watched.name, optimize_steps, everything);
    optimized(result.freed_bytes);
    if (!force) {
      MutexLock lock(mutex_);
      fruitless_ = result.freed_bytes > 0 ? std::nullopt : std::optional(clock_.now());
    }
    round(std::min(options_.device_timeout, milliseconds(250)), true);
  } catch (const std::exception& error) {
    spdlog::error("Error optimizing memory: {}", error.what());
  }
  return result;
}

// Whoever asked will reserve at once: what the budget takes for somebody else's must not be from before.
std::uint64_t SamplingGovernor::reclaim(const std::string& domain, std::uint64_t wanted_bytes, ReclaimStep last) {
  const std::uint64_t freed = reclaimers_.ask(domain, ReclaimSteps::up_to(last), wanted_bytes);
  try {
    if (freed > 0) round(milliseconds(0), false);
  } catch (const std::exception& error) {
    spdlog::error("Error watching memory: {}", error.what());
  }
  return freed;
}

std::vector<std::string> SamplingGovernor::domains() const {
  std::vector<std::string> names;
  for (const WatchedDomain& watched : watched_) names.push_back(watched.name);
  return names;
}

MemoryStatus SamplingGovernor::check_memory_status() const {
  const MemorySnapshot now = snapshot();
  if (now.level == MemoryLevel::normal) return {};
  MemoryStatus status{now.level != MemoryLevel::critical, {}};
  for (std::size_t i = 0; i < now.domain_count; ++i) {
    if (now.domains[i].level != now.level || !now.domains[i].in_use) continue;
    if (!status.message.empty()) status.message += "; ";
    status.message += memory_status_text(watched_[i].name, now.domains[i]);
  }
  return status;
}

double SamplingGovernor::get_memory_usage() const noexcept {
  const MemorySnapshot now = snapshot();
  return now.domain_count > 1 && now.domains[1].readable ? now.domains[1].utilization : now.domains[0].utilization;
}

MemoryInfo SamplingGovernor::safe_get_memory_info() const {
  const MemorySnapshot now = snapshot();
  return now.domain_count < 2 ? sam::safe_get_memory_info(nullptr) : memory_info(now.domains[1]);
}

}  // namespace

std::unique_ptr<Governor> make_governor(const MemoryOptions& options, std::vector<GovernedDomain> domains,
                                        const Clock& clock) {
  return std::make_unique<SamplingGovernor>(options, std::move(domains), clock);
}

}  // namespace sam
