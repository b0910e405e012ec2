// The smallest rectangle, of any direction, around a shape.
// Threading: free functions without state.
#pragma once

#include <array>
#include <span>

#include "image/mask.h"
#include "image/polygon.h"

namespace sam {

// Corners in order around the box, clockwise as seen on the screen if the box has an area.
using RotatedBox = std::array<Point, 4>;

// The rectangle of least area around points, one side along a side of their convex hull; exact to rounding, so upright boxes of whole
// pixels come back as they are. Points on a line give a box of no area. Requires at least one finite point.
RotatedBox smallest_rotated_box(std::span<const Point> points);

// Around the mask's pixels, all of each; around the polygon where the mask is empty. All zero if both are.
RotatedBox smallest_rotated_box(const Mask& mask, const Polygon& polygon);

}  // namespace sam
