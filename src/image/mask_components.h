// The pieces of a mask. Free function, no state.
#pragma once

#include <vector>

#include "image/mask.h"

namespace sam {

enum class Touch { edge, edge_or_corner };

// Groups of pixels that touch, by default at an edge or a corner, as the parts of a polygon, by their leftmost, then uppermost pixel. Time and memory
// grow with the runs, not the pixels.
std::vector<Mask> connected_components(const Mask& mask, Touch touch = Touch::edge_or_corner);

}  // namespace sam
