// A planned change made to leave no pixel to two objects, where that is asked for.
// Threading: free function without state.
#pragma once

#include "session/change.h"
#include "session/edit.h"

namespace sam {

// change, planned for content. Only pixels that it gives to an object count: objects that overlap already stay so. Throws EditError if nothing is left of
// an object that the change makes or reshapes.
Change without_overlap(const PictureAnnotations& content, Change change, Overlap overlap);

}  // namespace sam
