// One ring for many: YOLO's label files have one ring an annotation. Parts and holes are joined by bridges, edges that are walked once
// in each direction and so enclose nothing: filled even-odd or non-zero, the ring covers what the polygon does (parts must not overlap).
// Free function, no state.
#pragma once

#include "image/polygon.h"

namespace sam {

// Outer rings run one way and holes the other if there is more than one ring; a single ring comes back as it is. Rings of fewer than three
// points are left out. Cost: quadratic in the number of points up to 4096, beyond that in a sample of as many.
Ring join_rings(const Polygon& polygon);

}  // namespace sam
