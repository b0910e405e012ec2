// Reclaimer: somebody who can give bytes back. The governor asks them cheapest first, in the order of ReclaimStep.
// Threading: reclaim() is called from any thread, without a lock of the governor's; it may take locks of its own but must not reserve.
#pragma once

#include <cstdint>
#include <string>

namespace sam {

// What is cheapest to make again comes first. What is on screen is never taken.
enum class ReclaimStep : std::uint8_t {
  freed_heap,          // what free() kept: nothing has to be made again
  predictions,         // not of the picture on screen
  embeddings_ahead,    // prepared and never looked at
  images,              // decoded, not on screen
  embeddings_on_disk,  // in memory, and on disk as well
  embeddings,          // in memory only
  engines,             // what inference engines keep between runs
  idle_models,         // loaded and not used
};
inline constexpr std::size_t reclaim_step_count = 8;
const char* reclaim_step_name(ReclaimStep step);  // "freed heap", …

class Reclaimer {
 public:
  virtual ~Reclaimer() = default;
  virtual const std::string& domain() const = 0;  // whose memory it gives back: "host", "cuda:0"
  virtual ReclaimStep step() const = 0;
  // Gives back at least wanted_bytes if it holds that much; returns what it gave back.
  virtual std::uint64_t reclaim(std::uint64_t wanted_bytes) = 0;
};

}  // namespace sam
