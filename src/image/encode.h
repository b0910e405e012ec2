// From masks and pictures to files' bytes.
// Threading: may be called from any thread after start_image_library().
#pragma once

#include <string>

#include "image/image.h"
#include "image/mask.h"

namespace sam {

// An 8-bit grey PNG of the mask's size, 255 where it is set. Throws std::bad_alloc.
std::string encode_mask_png(const Mask& mask);

// An 8-bit RGB PNG. Throws std::bad_alloc.
std::string encode_picture_png(const Image& picture);

}  // namespace sam
