// What a dataset says about a picture, made whole: in the pixels of the upright picture, each annotation with its mask and its polygon. Free function, no
// state.
#pragma once

#include <string>

#include "dataset/formats/format.h"
#include "image/orientation.h"

namespace sam {

// upright: size of the picture; 0: not known, then what the dataset states. orientation: of the file. Coordinates of the picture as it is stored (tools that
// ignore EXIF) are turned, those of a reduced or enlarged copy scaled. Annotations that cover no pixel are dropped. Both with a warning. Throws
// FormatError for a picture of another shape, and if no size is known.
void complete_picture(DatasetPicture& picture, const std::string& place, Size upright, Orientation orientation);

}  // namespace sam
