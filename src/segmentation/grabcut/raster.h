// From the picture to planes, and between the sizes of planes.
// Threading: free functions without state.
#pragma once

#include "image/image.h"
#include "segmentation/grabcut/plane.h"

namespace sam::grabcut {

// The part of the picture that `part` covers, at size `to` (area resize when smaller, bilinear when larger), as Lab.
// Requires: part inside the picture and not empty, `to` at least 1 x 1.
LabPlane lab_part(ImageView picture, PixelBox part, Size to);

// `box` of a plane of size `from`, as pixels of one of size `to` that shows the same; at least one pixel.
PixelBox scaled_box(const PixelBox& box, Size from, Size to);

// Bilinear, then cut at half: outlines of an enlarged mask are smooth, not stairs.
BitPlane resized_bits(const BitPlane& bits, Size to);

// The part of the plane that `part` covers.
BitPlane cropped_bits(const BitPlane& bits, PixelBox part);

// The tight box of the foreground; empty if there is none.
PixelBox bounds(const BitPlane& bits);

// Distance in pixels of every pixel to the nearest non-zero one. Requires: there is one.
Plane<float> distance_to(const BitPlane& bits);

}  // namespace sam::grabcut
