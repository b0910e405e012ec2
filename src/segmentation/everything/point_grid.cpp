#include "segmentation/everything/point_grid.h"

#include <bit>

namespace sam {

std::vector<Point> point_grid(int a_side, Size picture) {
  std::vector<Point> points;
  points.reserve(static_cast<std::size_t>(a_side) * static_cast<std::size_t>(a_side));
  const double across = static_cast<double>(picture.width) / a_side;
  const double down = static_cast<double>(picture.height) / a_side;
  const int coarsest = static_cast<int>(std::bit_floor(static_cast<unsigned>(a_side)));
  for (int step = coarsest; step > 0; step /= 2) {
    // Of the cells at this distance, those that the coarser rounds have left.
    const auto is_coarser = [&](int index) { return step < coarsest && index % (2 * step) == 0; };
    for (int y = 0; y < a_side; y += step) {
      for (int x = 0; x < a_side; x += step) {
        if (!is_coarser(x) || !is_coarser(y)) points.push_back({(x + 0.5) * across, (y + 0.5) * down});
      }
    }
  }
  return points;
}

}  // namespace sam
