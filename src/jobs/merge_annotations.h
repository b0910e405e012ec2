// Annotations of a dataset put to those that a picture has. Free function, no state.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "dataset/annotation.h"

namespace sam {

// Appends those of added that lie on none of content's of the same class with at least that IoU, with new ids; how many were there already. other_fields:
// of added, one each; what is appended goes to fields, which has one for each of content.
std::size_t merge_annotations(PictureAnnotations& content, std::vector<std::string>& fields,
                              std::vector<Annotation> added, std::vector<std::string> other_fields, double iou);

}  // namespace sam
