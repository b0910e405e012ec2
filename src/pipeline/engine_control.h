// What the pipeline asks of the engines when memory is short.
// Threading: the functions are called from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace sam {

// The engines' side of reclaiming and of the ladder; functions that are not set are rungs that are skipped.
struct EngineControl {
  std::function<std::uint64_t(bool wait)> release_memory;  // what engines keep between runs; wait: for those under way
  std::function<std::uint64_t()> restart;                  // everything they hold
  std::function<std::uint64_t(std::int64_t idle_ms)> unload_idle;  // everything, if nothing ran for so long
  std::function<std::uint64_t()> trim_heap{};                      // what free() kept in this process; what came back
  // The most that the model takes of a domain from loading to the answer, whatever the limit is now; 0: not all of it was ever measured.
  std::function<std::uint64_t(const std::string& domain)> need_bytes{};
  std::function<int()> worker_deaths{};  // so far, of the worker process, which nobody asked to end
};

}  // namespace sam
