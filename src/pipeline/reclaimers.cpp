#include "pipeline/reclaimers.h"

namespace sam {
namespace {

// A model that nobody used for so long is given back when memory is short.
constexpr std::int64_t idle_ms = 60'000;

}  // namespace

void add_engine_reclaimers(Reclaimers& reclaimers, const EngineControl& engines,
                           const std::vector<std::string>& domains) {
  for (const std::string& domain : domains) {
    reclaimers.add(domain, ReclaimStep::engines, [&engines](std::uint64_t) -> std::uint64_t {
      return engines.release_memory ? engines.release_memory(false) : 0;  // nobody waits behind an encode for it
    });
    reclaimers.add(domain, ReclaimStep::idle_models, [&engines](std::uint64_t) -> std::uint64_t {
      return engines.unload_idle ? engines.unload_idle(idle_ms) : 0;
    });
  }
}

}  // namespace sam
