// The labelling with the least energy: each pixel pays for going against its evidence, each pair of neighbours with different
// labels pays smoothness, less where their colours differ (Boykov and Jolly 2001; Rother, Kolmogorov and Blake 2004).
// Threading: free functions without state.
#pragma once

#include "segmentation/grabcut/plane.h"

namespace sam::grabcut {

// evidence: log-odds of the foreground; +-infinity fixes a pixel, which then costs no graph node.
// Throws std::bad_alloc: about 200 bytes a pixel that is not fixed.
BitPlane graph_cut(const LabPlane& picture, const Plane<float>& evidence, float smoothness);

}  // namespace sam::grabcut
