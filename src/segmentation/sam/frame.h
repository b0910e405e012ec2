// Frame: how a picture lies in the square that a SAM network works in. The SAM1 families keep the aspect and fill the
// upper left part (longest side); the SAM2 families stretch the picture over all of it.
// Threading: values and free functions without state.
#pragma once

#include "image/geometry.h"

namespace sam {

struct Frame {
  Size picture;     // the upright picture, whose pixels prompts and masks are in
  int side = 1024;  // of the square, in the network's coordinates
  Size content;     // the part of the square that the picture covers, from the upper left corner
};

// `limit`: the size that pictures are fitted into, in the network's coordinates; side x side, or smaller for encoders
// exported for one aspect. `working` is the picture as encoded; its aspect, not that of `picture`, decides.
Frame longest_side_frame(Size picture, Size working, int side, Size limit);
Frame squash_frame(Size picture, int side);

// From the picture's pixels to the network's coordinates.
Point to_frame(const Frame& frame, Point point);

}  // namespace sam
