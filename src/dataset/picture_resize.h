// Annotations of a picture that was replaced by a larger or smaller version of itself. Free functions, no state.
#pragma once

#include "dataset/annotation_file.h"

namespace sam {

// Whether one is the other scaled: the sides' ratios differ by rounding to whole pixels only.
bool is_resized(Size from, Size to);

// Polygons and prompts are scaled from document.size to size, masks are drawn anew from the polygons.
void resize_annotations(AnnotationDocument& document, Size size);

}  // namespace sam
