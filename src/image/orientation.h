// The eight EXIF orientations: how the stored picture lies to the upright one.
// Threading: free functions without state.
#pragma once

#include "image/geometry.h"
#include "image/image.h"
#include "image/mask.h"

namespace sam {

// As the EXIF tag numbers them: 1 upright, 2 mirrored, 3 turned by 180°, 4 mirrored upside down, 5 transposed, 6 to be turned right, 7 transverse, 8 to be turned left.
using Orientation = int;

// The size of the upright picture from the stored one's, and the other way.
Size turn_size(Size size, Orientation orientation);

struct Rectangle {
  int x = 0;
  int y = 0;
  Size size;
  bool operator==(const Rectangle&) const = default;
};

// The part of the stored picture that shows a part of the upright picture. stored: size of the whole.
Rectangle to_stored(Rectangle upright, Size stored, Orientation orientation);

// The other way round.
Rectangle to_upright(Rectangle stored, Size whole, Orientation orientation);

// A point of the stored picture, in the upright one. whole: size of the stored.
Point to_upright(Point stored, Size whole, Orientation orientation);

// A mask of the stored picture, of the upright one.
Mask make_upright(const Mask& stored, Orientation orientation);

// A new upright picture.
Image make_upright(ImageView stored, Orientation orientation);

}  // namespace sam
