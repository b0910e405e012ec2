// Specks: islands and holes too small to be meant. A cut by colour leaves them on highlights and texture.
// Threading: free functions without state.
#pragma once

#include <vector>

#include "segmentation/grabcut/plane.h"
#include "segmentation/grabcut/prior.h"

namespace sam::grabcut {

// Clears islands and fills holes smaller than 2 % of the mask, but none that holds a point of the user's own colour: what was
// clicked on stays as it was clicked.
void drop_specks(BitPlane& bits, const std::vector<Seed>& points);

}  // namespace sam::grabcut
