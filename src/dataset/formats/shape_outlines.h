// Outlines of the shapes that annotation tools have besides polygons. Free functions, no state.
#pragma once

#include "image/polygon.h"

namespace sam {

// Clockwise as seen on the screen, around the box's centre.
Ring turned_box(Box box, double degrees);

// 64 points on the ellipse: 0.16 % less area, less than 0.13 % of the radius away.
Ring ellipse_outline(Point centre, double radius_x, double radius_y, double degrees);

}  // namespace sam
