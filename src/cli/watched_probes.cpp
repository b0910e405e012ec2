#include "cli/watched_probes.h"

namespace sam {
namespace {

// Nothing is seen between two looks, so that a level is entered at the first one that passes its threshold.
MemoryOptions without_hold(MemoryOptions options) {
  options.hold = std::chrono::milliseconds(0);
  return options;
}

}  // namespace

WatchedProbes::WatchedProbes(const std::vector<Probe*>& probes, const MemoryOptions& options, const Clock& clock)
    : clock_(clock) {
  for (Probe* probe : probes) {
    const MemoryLimit limit =
        watched_.empty() ? options.host_memory_limit : MemoryLimit{0, options.gpu_memory_fraction};
    watched_.emplace_back(*probe, limit, without_hold(options));
  }
}

std::vector<WatchedProbes::Seen> WatchedProbes::look() {
  std::vector<Seen> seen;
  for (Watched& watched : watched_) {
    watched.watch.update(look_at(watched.domain), clock_.now());
    seen.push_back({watched.domain.probe->name(), watched.watch.snapshot()});
  }
  return seen;
}

}  // namespace sam
