#include "session/edits.h"

#include <algorithm>

namespace sam {
namespace {

void check_class(int class_id, std::size_t class_count) {
  if (class_id >= 0 && static_cast<std::size_t>(class_id) < class_count) return;
  throw EditError("class " + std::to_string(class_id) + " does not exist; this project has classes 0 to " +
                  std::to_string(static_cast<long long>(class_count) - 1) + "; choose one of them");
}

Mask decode_mask(const std::string& rle, Size size) {
  try {
    return mask_from_coco_string(rle, size);
  } catch (const MaskError& error) {
    throw EditError("the mask does not fit this picture of " + std::to_string(size.width) + " x " +
                    std::to_string(size.height) + " pixels: " + error.what() + "; segment it again");
  }
}

// Ascending, each once. Throws EditError for an id that is not in the list.
std::vector<std::size_t> indices_of(const PictureAnnotations& content, const std::vector<std::int64_t>& ids) {
  if (ids.empty()) throw EditError("no annotation was named; select one first");
  std::vector<std::size_t> indices;
  for (const std::int64_t id : ids) {
    const auto found = std::find_if(content.annotations.begin(), content.annotations.end(),
                                    [id](const Annotation& annotation) { return annotation.id == id; });
    if (found == content.annotations.end()) {
      throw EditError("annotation " + std::to_string(id) + " is not in " + content.image +
                      " any more; load the picture again");
    }
    indices.push_back(static_cast<std::size_t>(found - content.annotations.begin()));
  }
  std::sort(indices.begin(), indices.end());
  indices.erase(std::unique(indices.begin(), indices.end()), indices.end());
  return indices;
}

}  // namespace

Change plan_edit(const PictureAnnotations& content, const AddAnnotation& edit, const EditContext& context) {
  check_class(edit.class_id, context.class_count);
  if (!(edit.score >= 0 && edit.score <= 1)) throw EditError("the score must be between 0 and 1");
  Annotation annotation;
  annotation.id = content.next_id;
  annotation.class_id = edit.class_id;
  annotation.mask = decode_mask(edit.rle, content.size);
  if (mask_area(annotation.mask) == 0) throw EditError("the mask is empty; point at something and try again");
  annotation.polygon = mask_to_faithful_polygon(annotation.mask, outline_tolerance_px);
  annotation.prompt = edit.prompt;
  annotation.source = context.source;
  annotation.score = edit.score;
  annotation.created = context.created;
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
  check_class(edit.class_id, context.class_count);
  Change change;
  for (const std::size_t index : indices_of(content, edit.ids)) {
    Annotation annotation = content.annotations[index];
    if (annotation.class_id == edit.class_id) continue;
    change.removed.push_back({index, annotation});
    annotation.class_id = edit.class_id;
    change.added.push_back({index, std::move(annotation)});
  }
  return change;
}

Change plan_edit(const PictureAnnotations& content, const ClearAnnotations&, const EditContext&) {
  Change change;
  for (std::size_t i = 0; i < content.annotations.size(); ++i) change.removed.push_back({i, content.annotations[i]});
  return change;
}

}  // namespace sam
