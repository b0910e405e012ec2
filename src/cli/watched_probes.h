// What the probes say over time, judged as the governor judges it: levels with their hysteresis, stalls, and the last numbers of what cannot be
// read now. For `memory --watch` where no annotator runs: nothing is given back, and nothing goes to the log.
// Threading: belongs to one thread. Ownership: probes and clock must outlive it.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "memory/domain_watch.h"
#include "memory/governor.h"
#include "memory/memory_options.h"
#include "platform/clock.h"

namespace sam {

class WatchedProbes {
 public:
  // probes: the host first.
  WatchedProbes(const std::vector<Probe*>& probes, const MemoryOptions& options, const Clock& clock);

  struct Seen {
    std::string name;
    DomainSnapshot now;
  };
  // Looks at each of them.
  std::vector<Seen> look();

 private:
  struct Watched {
    Watched(Probe& probe, const MemoryLimit& limit, const MemoryOptions& options)
        : budget(probe.domain(), 0), domain{&probe, &budget, limit}, watch(domain, options) {}

    Budget budget;  // holds nothing: this program has no part in it
    const GovernedDomain domain;
    DomainWatch watch;
  };

  std::deque<Watched> watched_;
  const Clock& clock_;
};

}  // namespace sam
