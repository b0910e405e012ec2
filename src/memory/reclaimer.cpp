#include "memory/reclaimer.h"

#include <array>

namespace sam {

const char* reclaim_step_name(ReclaimStep step) {
  static constexpr std::array<const char*, reclaim_step_count> names = {
      "freed heap",         "predictions", "embeddings ahead", "images",
      "embeddings on disk", "embeddings",  "engines",          "idle models"};
  return names[static_cast<std::size_t>(step)];
}

}  // namespace sam
