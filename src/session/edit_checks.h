// What edits bring, checked: classes, masks, polygons, numbers. All throw EditError, which says what to do. Free functions, no state.
#pragma once

#include <cstddef>
#include <string>

#include "session/edit.h"

namespace sam {

void require_class(int class_id, std::size_t class_count);
void require_score(double score);
void require_seconds(double seconds);
void require_note(const std::string& note);

// Of COCO's run lengths at the picture's size; not empty.
Mask require_mask(const std::string& rle, Size size);

struct GivenShape {
  Mask mask;
  Polygon polygon;
};
// The polygon as given, and what it covers. What lies outside the picture is cut off; an outline that crosses itself becomes that of what it covers.
GivenShape require_polygon(const Polygon& polygon, Size size);

}  // namespace sam
