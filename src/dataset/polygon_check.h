// Whether a polygon is what it should be, and how it becomes that. Free functions, no state.
#pragma once

#include <cstdint>
#include <optional>

#include "image/polygon.h"

namespace sam {

// Where two sides of one part cross, each passing through the inside of the other; nothing if none do. Rings that only touch, at a corner or along a
// side, do not cross: exact outlines and rings joined by bridges (ring_bridge.h) are sound. Time: sides sorted by x and compared with those that span the same
// x; quadratic only where all do.
std::optional<Point> find_crossing(const Polygon& polygon);

// By more than a thousandth of a pixel.
bool leaves_picture(const Polygon& polygon, Size size);
// What is left inside the picture; sides along the border join what was cut apart.
Polygon cut_at_border(const Polygon& polygon, Size size);

// The IoU with its mask that a polygon must have: less for objects of few pixels, where half a pixel along the outline is much.
double least_polygon_iou(std::uint64_t mask_area_px);

// Of the mask, within half a pixel, or exact where that crosses itself.
Polygon polygon_of(const Mask& mask);

}  // namespace sam
