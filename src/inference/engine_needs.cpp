#include "inference/engine_needs.h"

#include <algorithm>

namespace sam {
namespace {

constexpr std::uint64_t margin_bytes = 4 << 20;
// Left for others where that is no large part of what is free.
constexpr std::uint64_t left_bytes = 256 << 20;

}  // namespace

std::uint64_t with_margin(std::uint64_t bytes) {
  return bytes + bytes / 50 + margin_bytes;
}

std::uint64_t load_need_bytes(const ModelCost& cost) {
  return cost.load_peak_bytes == 0 ? 0 : with_margin(std::max(cost.load_peak_bytes, cost.held_bytes));
}

std::uint64_t run_need_bytes(const ModelCost& cost, Engine engine) {
  if (cost.run_peak_bytes == 0) return 0;
  const std::uint64_t first = engine == Engine::warm ? 0 : cost.first_run_peak_bytes;
  const std::uint64_t running = cost.held_bytes + std::max(cost.run_peak_bytes, first);
  return with_margin(engine == Engine::lost ? std::max(running, cost.load_peak_bytes) : running);
}

std::uint64_t need_together_bytes(std::span<const ModelCost> costs) {
  std::uint64_t held = 0;
  std::uint64_t most = 0;
  for (const ModelCost& cost : costs) {
    if (cost.load_peak_bytes == 0 || cost.run_peak_bytes == 0) return 0;
    most = std::max(most, held + load_need_bytes(cost));
    held += cost.held_bytes;
  }
  for (const ModelCost& cost : costs)
    most = std::max(most, held - cost.held_bytes + run_need_bytes(cost, Engine::cold));
  return most;
}

std::uint64_t promised_bytes(std::uint64_t free_bytes, int attempt) {
  const std::uint64_t eighth = free_bytes / 8;
  if (attempt == 0) return free_bytes - 2 * eighth;
  if (attempt + 1 >= promise_attempts) return free_bytes;
  return free_bytes - (free_bytes < 4 * left_bytes ? eighth : std::max(eighth, left_bytes));
}

}  // namespace sam
