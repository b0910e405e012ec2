// Masks put together: union, intersection, difference, complement. Run by run: time and memory grow with the runs, not the pixels.
// Threading: free functions without state.
#pragma once

#include <span>

#include "image/mask.h"

namespace sam {

// All require masks of one size; MaskError otherwise.
Mask unite(const Mask& a, const Mask& b);
Mask intersect(const Mask& a, const Mask& b);
// The pixels of a that are not b's.
Mask subtract(const Mask& a, const Mask& b);
// Of any number, in the time it takes to sort their runs.
Mask unite_all(std::span<const Mask> masks, Size size);
// The pixels that are not the mask's.
Mask complement(const Mask& mask);

}  // namespace sam
