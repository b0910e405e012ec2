// The run lengths of CVAT's masks: row by row within the object's box, background first, "0, 5, 2, …".
// Threading: free functions, no state.
#pragma once

#include <string>
#include <string_view>

#include "image/mask.h"

namespace sam {

struct CvatMask {
  std::string rle;
  int left = 0;
  int top = 0;
  int width = 0;
  int height = 0;
};

// Requires a mask that is not empty.
CvatMask cvat_mask(const Mask& mask);

// rle, left, top, width and height as they stand in the file. Throws FormatError naming place: runs that are no numbers or do not add up to
// the box, a box outside the picture.
Mask parse_cvat_mask(std::string_view rle, Box box, Size size, const std::string& place);

}  // namespace sam
