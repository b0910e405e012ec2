// A polygon on a picture of another size. Free function, no state.
#pragma once

#include "image/polygon.h"

namespace sam {

// Every coordinate by the factor of its direction.
void scale_polygon(Polygon& polygon, double x, double y);

}  // namespace sam
