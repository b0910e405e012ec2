// The exact outlines of a mask: rings along pixel edges, traced on the runs, without making bits.
// Threading: free functions without state.
#pragma once

#include "image/mask.h"
#include "image/polygon.h"

namespace sam {

// One part for each group of foreground pixels that touch at an edge or a corner. Every point is a corner; outer rings run
// clockwise as seen on the screen, holes the other way. Parts are ordered by their leftmost, then uppermost pixel. Time
// and memory grow with the number of runs, not of pixels.
Polygon trace_outlines(const Mask& mask);

}  // namespace sam
