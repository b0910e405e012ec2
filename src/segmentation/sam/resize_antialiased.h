// Bilinear resize with antialiasing (a triangle filter as wide as the reduction), in fixed point with an 8-bit
// intermediate picture: what Pillow's Image.resize(BILINEAR) computes, byte for byte, because SAM's own preprocessing
// is defined by it and thin structures move with any other filter.
// Threading: free function without state. Cost: about two multiplications a channel of each source pixel; memory for the
// result and for one filter's height of result-wide rows.
#pragma once

#include "image/image.h"

namespace sam {

// Requires: both sizes at least 1 x 1. Throws std::bad_alloc.
Image resize_antialiased(ImageView view, Size to);

}  // namespace sam
