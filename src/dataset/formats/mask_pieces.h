// Masks put together from pieces. Free functions, no state; time and memory grow with the runs.
#pragma once

#include <span>

#include "image/mask.h"

namespace sam {

// A mask of the given size that is piece with its corner at (left, top); what lies outside is left out.
Mask place_mask(const Mask& piece, int left, int top, Size size);

// All that is in any of them. Requires at least one, all of one size.
Mask unite_masks(std::span<const Mask> masks);

}  // namespace sam
