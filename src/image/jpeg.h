// Pixels to JPEG bytes for the page.
// Threading: may be called from any thread after start_image_library().
#pragma once

#include <string>

#include "image/image.h"

namespace sam {

// Throws ImageError.
std::string encode_jpeg(ImageView view);

}  // namespace sam
