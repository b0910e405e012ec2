// The other way of ring_bridge.h: the parts and holes of one ring that was joined from them. Free function, no state.
#pragma once

#include "image/polygon.h"

namespace sam {

// A ring that comes back to a point it has been at is cut there; loops of less than three points, the bridges, are dropped. Of what is
// left, loops that run like the largest become parts and the others holes of the smallest part around them. The ring itself, as one part, if it
// cannot be split so that the same pixels of a picture of that size are covered. Time: linear in points, and two rasterisations.
Polygon split_ring(const Ring& ring, Size size);

}  // namespace sam
