// What may be saved. Free functions, no state.
#pragma once

#include <optional>

#include "dataset/annotation_file.h"
#include "dataset/class_list.h"

namespace sam {

// Throws DatasetError naming the annotation: no size, an empty mask or one of another size, a repeated id, coordinates that are not
// finite, an unknown class (but one that is on disk like that, its class gone from the list, may stay).
void check_content(const PictureAnnotations& content, const ClassList& classes,
                   const std::optional<AnnotationDocument>& on_disk);

// The annotation with a polygon of its mask if it came without one that has an area.
Annotation with_polygon(const Annotation& annotation);

}  // namespace sam
