#include "segmentation/grabcut/geodesic.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace sam::grabcut {
namespace {

struct Step {
  int dx;
  int dy;
  float length;
};

constexpr float diagonal = 1.41421356f;
constexpr std::array<Step, 4> before{{{-1, 0, 1}, {0, -1, 1}, {-1, -1, diagonal}, {1, -1, diagonal}}};

class Scan {
 public:
  Scan(const LabPlane& picture, Plane<float>& distance, float step_cost, float colour_cost)
      : picture_(picture), distance_(distance), step_cost_(step_cost), colour_cost_(colour_cost) {}

  // direction 1: from the top left; -1: from the bottom right.
  void run(int direction) {
    const auto [width, height] = distance_.size;
    for (int i = 0; i < height; ++i) {
      const int y = direction > 0 ? i : height - 1 - i;
      for (int j = 0; j < width; ++j) relax(direction > 0 ? j : width - 1 - j, y, direction);
    }
  }

 private:
  void relax(int x, int y, int direction) {
    const Lab& colour = picture_.row(y)[x];
    float best = distance_.row(y)[x];
    for (const Step& step : before) {
      const int from_x = x + direction * step.dx;
      const int from_y = y + direction * step.dy;
      if (from_x < 0 || from_y < 0 || from_x >= distance_.size.width || from_y >= distance_.size.height) continue;
      const float so_far = distance_.row(from_y)[from_x] + step_cost_ * step.length;
      if (so_far >= best) continue;
      const float change = std::sqrt(colour_distance2(colour, picture_.row(from_y)[from_x]));
      best = std::min(best, so_far + colour_cost_ * change);
    }
    distance_.row(y)[x] = best;
  }

  const LabPlane& picture_;
  Plane<float>& distance_;
  const float step_cost_;
  const float colour_cost_;
};

}  // namespace

Plane<float> geodesic_distance(const LabPlane& picture, Plane<float> start, float step_cost, float colour_cost) {
  Scan scan(picture, start, step_cost, colour_cost);
  for (const int direction : {1, -1, 1, -1}) scan.run(direction);
  return start;
}

}  // namespace sam::grabcut
