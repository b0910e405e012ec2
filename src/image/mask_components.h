// The pieces of a mask. Free function, no state.
#pragma once

#include <vector>

#include "image/mask.h"

namespace sam {

// Groups of pixels that touch at an edge or a corner, as the parts of a polygon, by their leftmost, then uppermost pixel. Time and memory grow with the
// runs, not the pixels.
std::vector<Mask> connected_components(const Mask& mask);

}  // namespace sam
