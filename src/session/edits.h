// What each kind of edit means for a picture's annotations, as a Change that has not been made yet.
// Threading: free functions without state.
#pragma once

#include <string>

#include "session/change.h"
#include "session/edit.h"

namespace sam {

// Annotation::source of a shape that no predictor made.
inline constexpr const char* drawn_source = "drawn";

struct EditContext {
  std::size_t class_count = 0;
  std::string source;                         // of a mask that a predictor made: its key
  std::string created;                        // UTC, ISO 8601
  const PictureAnnotations* other = nullptr;  // whose objects are copied
};

// An empty change if the edit would change nothing. All throw EditError.
Change plan_edit(const PictureAnnotations& content, const AddAnnotation& edit, const EditContext& context);
Change plan_edit(const PictureAnnotations& content, const SetMask& edit, const EditContext& context);
Change plan_edit(const PictureAnnotations& content, const SetPolygon& edit, const EditContext& context);
Change plan_edit(const PictureAnnotations& content, const Paint& edit, const EditContext& context);
Change plan_edit(const PictureAnnotations& content, const MergeAnnotations& edit, const EditContext& context);
Change plan_edit(const PictureAnnotations& content, const SubtractAnnotations& edit, const EditContext& context);
Change plan_edit(const PictureAnnotations& content, const FillHoles& edit, const EditContext& context);
Change plan_edit(const PictureAnnotations& content, const DropSpecks& edit, const EditContext& context);
Change plan_edit(const PictureAnnotations& content, const SimplifyOutlines& edit, const EditContext& context);
Change plan_edit(const PictureAnnotations& content, const ReorderAnnotations& edit, const EditContext& context);
Change plan_edit(const PictureAnnotations& content, const CopyAnnotations& edit, const EditContext& context);
Change plan_edit(const PictureAnnotations& content, const ReviewAnnotations& edit, const EditContext& context);
Change plan_edit(const PictureAnnotations& content, const DeleteAnnotations& edit, const EditContext& context);
Change plan_edit(const PictureAnnotations& content, const SetClass& edit, const EditContext& context);
Change plan_edit(const PictureAnnotations& content, const ClearAnnotations& edit, const EditContext& context);

}  // namespace sam
