#include "segmentation/everything/stability.h"

#include <cstddef>

namespace sam {

double mask_stability(const Logits& logits) {
  std::size_t sure = 0;
  std::size_t possible = 0;
  for (const float value : logits.values) {
    sure += value > 1.0F ? 1 : 0;
    possible += value > -1.0F ? 1 : 0;
  }
  return possible == 0 ? 0 : static_cast<double>(sure) / static_cast<double>(possible);
}

}  // namespace sam
