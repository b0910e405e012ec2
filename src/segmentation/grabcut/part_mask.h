// Between a mask of the whole picture and planes of the part that holds the object.
// Threading: free functions without state.
#pragma once

#include "image/mask.h"
#include "segmentation/grabcut/plane.h"

namespace sam::grabcut {

// The pixels that the box touches, at least one, inside [0, size).
PixelBox touched(const Box& box, Size size);

// Of the same proportions, the longer side at most `side`, at least 1 x 1.
Size reduced(Size size, int side);

// A pixel for a pixel; outside the part all is background. Column-major runs straight from the part: memory follows the part, not the picture.
Mask to_mask(const BitPlane& bits, const PixelBox& part, Size picture);

// The part at size `to`: foreground where at least half of a pixel's area is. Cost grows with the part's width and the mask's runs.
// Requires: `to` is at most the part's size, the part inside the mask.
BitPlane part_of(const Mask& mask, const PixelBox& part, Size to);

}  // namespace sam::grabcut
