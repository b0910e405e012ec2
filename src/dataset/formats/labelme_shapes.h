// What one file of LabelMe's says of its picture.
// Threading: free functions, no state.
#pragma once

#include <string>

#include "dataset/formats/format.h"

namespace sam {

// Behind each text there must be this much more that may be read: simdjson reads in blocks.
inline constexpr std::size_t labelme_padding = 64;

// text: the file, labelme_padding blanks added. Takes the picture inside ("imageData") out of it, which may be most of the file and is not
// used, and returns "imagePath", empty if there is none. Throws FormatError: no JSON object, or none with "shapes".
std::string take_image_path(std::string& text, const std::string& place);

// Size, annotations and warnings. size: where the file states none. Throws FormatError.
DatasetPicture parse_labelme(const std::string& text, Size size, const std::string& place);

}  // namespace sam
