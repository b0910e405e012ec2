// Distances that count colour steps, so that an edge between two points makes them far apart.
// Threading: free functions without state.
#pragma once

#include "segmentation/grabcut/plane.h"

namespace sam::grabcut {

// start: the distance each pixel begins with, infinity where there is no seed. A step between neighbours costs step_cost times its
// length in pixels plus colour_cost times the colour distance (in Lab units of 8 bits).
// Four raster scans: exact enough for a prior, linear in the number of pixels.
Plane<float> geodesic_distance(const LabPlane& picture, Plane<float> start, float step_cost, float colour_cost);

}  // namespace sam::grabcut
