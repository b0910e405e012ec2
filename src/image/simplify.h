// Fewer points for a closed ring (Douglas-Peucker).
// Threading: free functions without state.
#pragma once

#include "image/polygon.h"

namespace sam {

// A subset of the ring's points, in their order, with every dropped point within tolerance_px of the new outline. It never
// collapses: where fewer than 3 points or no area would be left, a smaller tolerance is used. Time is bounded by 1024 steps a point.
Ring simplify_ring(const Ring& ring, double tolerance_px);

}  // namespace sam
