// From a mask at reduced size to one at the picture's own: enlarged step by step, and at each step cut anew in a narrow band round
// its edge. Cost grows with the length of the edge, not with the area.
// Threading: free functions without state.
#pragma once

#include <cstdint>
#include <stop_token>

#include "image/image.h"
#include "segmentation/grabcut/colour_model.h"
#include "segmentation/grabcut/plane.h"

namespace sam::grabcut {

// What colours say within `radius` pixels of the mask's edge; everywhere else, and on the border of the plane, that the mask stays.
// Requires: both of one size.
Plane<float> band_evidence(const LabPlane& picture, const BitPlane& bits, const ColourModel& colours, int radius);

// Measured on a picture of 24 MP with the object filling it, 60 MB: of the part, at the working and at the picture's size.
inline constexpr std::uint64_t refine_bytes_per_pixel = 2;
inline constexpr std::uint64_t answer_bytes_per_pixel = 2;

// bits covers `part` of the picture; the answer covers it too, a pixel for a pixel. Works in tiles: memory is the answer's and a
// few MB. Throws Stopped, between tiles.
BitPlane refined(BitPlane bits, ImageView picture, PixelBox part, const ColourModel& colours,
                 const std::stop_token& stop);

}  // namespace sam::grabcut
