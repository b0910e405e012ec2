// What each kind of edit means for a picture's annotations, as a Change that has not been made yet.
// Threading: free functions without state.
#pragma once

#include <string>

#include "session/change.h"
#include "session/session.h"

namespace sam {

struct EditContext {
  std::size_t class_count = 0;
  std::string source;   // of a new annotation: the predictor's key
  std::string created;  // UTC, ISO 8601
};

// An empty change if the edit would change nothing. All throw EditError.
Change plan_edit(const PictureAnnotations& content, const AddAnnotation& edit, const EditContext& context);
Change plan_edit(const PictureAnnotations& content, const DeleteAnnotations& edit, const EditContext& context);
Change plan_edit(const PictureAnnotations& content, const SetClass& edit, const EditContext& context);
Change plan_edit(const PictureAnnotations& content, const ClearAnnotations& edit, const EditContext& context);

}  // namespace sam
