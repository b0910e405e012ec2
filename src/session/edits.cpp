#include "session/edits.h"

#include <utility>

#include "session/edit_checks.h"
#include "session/named_objects.h"

namespace sam {

Change plan_edit(const PictureAnnotations& content, const AddAnnotation& edit, const EditContext& context) {
  require_class(edit.class_id, context.class_count);
  require_score(edit.score);
  require_seconds(edit.seconds);
  Annotation annotation;
  annotation.id = content.next_id;
  annotation.class_id = edit.class_id;
  if (edit.rle.empty()) {
    GivenShape shape = require_polygon(edit.polygon, content.size);
    annotation.mask = std::move(shape.mask);
    annotation.polygon = std::move(shape.polygon);
    annotation.source = drawn_source;
  } else {
    set_shape(annotation, require_mask(edit.rle, content.size));
    annotation.source = context.source;
  }
  annotation.prompt = edit.prompt;
  annotation.score = edit.score;
  annotation.created = context.created;
  annotation.seconds = edit.seconds;
  return {{}, {{content.annotations.size(), std::move(annotation)}}};
}

Change plan_edit(const PictureAnnotations& content, const DeleteAnnotations& edit, const EditContext&) {
  Change change;
  for (const std::size_t index : indices_of(content, edit.ids)) {
    change.removed.push_back({index, content.annotations[index]});
  }
  return change;
}

Change plan_edit(const PictureAnnotations& content, const SetClass& edit, const EditContext& context) {
  require_class(edit.class_id, context.class_count);
  Change change;
  for (const std::size_t index : indices_of(content, edit.ids)) {
    Annotation annotation = content.annotations[index];
    if (annotation.class_id == edit.class_id) continue;
    annotation.class_id = edit.class_id;
    accept_proposal(annotation);
    replace_in(change, content, index, std::move(annotation));
  }
  return change;
}

Change plan_edit(const PictureAnnotations& content, const ClearAnnotations&, const EditContext&) {
  Change change;
  for (std::size_t i = 0; i < content.annotations.size(); ++i) change.removed.push_back({i, content.annotations[i]});
  return change;
}

Change plan_edit(const PictureAnnotations& content, const ReviewAnnotations& edit, const EditContext&) {
  if (!edit.review && !edit.note) throw EditError("neither a review nor a note was given");
  if (edit.note) require_note(*edit.note);
  Change change;
  for (const std::size_t index : indices_of(content, edit.ids)) {
    Annotation annotation = content.annotations[index];
    if (edit.review) annotation.review = *edit.review;
    if (edit.note) annotation.note = *edit.note;
    replace_in(change, content, index, std::move(annotation));
  }
  return change;
}

}  // namespace sam
