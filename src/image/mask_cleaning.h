// Small holes and specks of a mask taken away. Time and memory grow with the runs, not the pixels.
// Threading: free functions without state.
#pragma once

#include <cstdint>

#include "image/mask.h"

namespace sam {

// Background that the mask encloses: its pixels touch at edges, since a mask's pixels that touch at a corner are one piece, and it does not reach
// the border of the picture. below: holes of fewer pixels are filled; 0: all.
Mask fill_holes(const Mask& mask, std::uint64_t below);

// Pieces (connected_components) of fewer pixels than below go; the largest stays, the first of several.
Mask drop_specks(const Mask& mask, std::uint64_t below);

}  // namespace sam
