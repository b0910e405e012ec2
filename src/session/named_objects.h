// The annotations that an edit names by their ids, and what is common to changing them. Free functions, no state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "session/change.h"

namespace sam {

// Throws EditError for an id that is not in the list.
std::size_t index_of(const PictureAnnotations& content, std::int64_t id);

// Ascending, each once. Throws EditError for an id that is not in the list, for none at all, and for too many.
std::vector<std::size_t> indices_of(const PictureAnnotations& content, const std::vector<std::int64_t>& ids);

// The annotation gets that mask, and its outline.
void set_shape(Annotation& annotation, Mask mask);
// Somebody looked at it.
void accept_proposal(Annotation& annotation);
// Both.
void reshape(Annotation& annotation, Mask mask);

// Puts the annotation in the place of the one at index, or does nothing if they are equal. Indices must come in ascending order, and nothing else may
// have been removed or added.
void replace_in(Change& change, const PictureAnnotations& content, std::size_t index, Annotation annotation);

}  // namespace sam
