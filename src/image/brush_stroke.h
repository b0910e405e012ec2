// What a round brush covers. Free function, no state.
#pragma once

#include <vector>

#include "image/mask.h"

namespace sam {

// The pixels whose centre is within radius_px of the line through the points; of one point a disc. Parts outside the picture are left out. Time grows
// with the columns that the stroke's pieces span, memory with those of one column. Throws MaskError if they are more than 50 million in all (some
// seconds of work), or a number is not finite.
Mask draw_stroke(const std::vector<Point>& points, double radius_px, Size size);

}  // namespace sam
