// Where everything mode looks: a grid of points over the whole picture, in the order in which they are asked about.
// Threading: free function without state.
#pragma once

#include <vector>

#include "image/geometry.h"

namespace sam {

// a_side * a_side points, each in the middle of its cell. Coarse to fine: what was found after a part of them is spread over the whole picture, and
// not its upper rows. Requires a_side > 0 and a picture with pixels.
std::vector<Point> point_grid(int a_side, Size picture);

}  // namespace sam
