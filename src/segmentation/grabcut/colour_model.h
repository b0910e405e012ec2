// How much a colour speaks for the foreground: two histograms over Lab, learnt from the picture itself. Histograms rather
// than the mixtures of the original GrabCut: no random start, so equal inputs give equal masks, and a third of the time.
// Threading: immutable after construction.
#pragma once

#include <vector>

#include "segmentation/grabcut/plane.h"

namespace sam::grabcut {

class ColourModel {
 public:
  // weights: how much each pixel belongs to the foreground, 0 to 1. Requires: planes of one size.
  ColourModel(const LabPlane& picture, const Plane<float>& weights);

  // log p(colour | foreground) - log p(colour | background), limited to +-3: one rare colour outweighs no outline.
  float log_ratio(const Lab& colour) const { return log_ratio_[bin(colour)]; }

 private:
  static std::size_t bin(const Lab& colour);

  std::vector<float> log_ratio_;  // one value a bin
};

}  // namespace sam::grabcut
