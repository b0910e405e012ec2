// What the prompt alone says of each pixel, before any colour is learnt: how far it lies from box and points, in pixels and across
// the picture's edges.
// Threading: free functions without state.
#pragma once

#include <optional>
#include <vector>

#include "segmentation/grabcut/plane.h"

namespace sam::grabcut {

struct Seed {
  int x = 0;
  int y = 0;
  bool foreground = true;
};

// A prompt in the pixels of the plane it is solved on. Requires: a box or a foreground seed; all of it inside the plane.
struct Seeds {
  std::optional<PixelBox> box;
  std::vector<Seed> points;  // of two on one pixel the later counts
  double reach = 1;          // how far one point speaks, 1: what is usual for the whole picture. Only without a box
};

// Log-odds of the foreground; +-infinity where the prompt leaves no choice.
Plane<float> prior_log_odds(const LabPlane& picture, const Seeds& seeds);

}  // namespace sam::grabcut
