#include "session/named_objects.h"

#include <algorithm>
#include <string>
#include <utility>

#include "session/edit.h"

namespace sam {

std::size_t index_of(const PictureAnnotations& content, std::int64_t id) {
  const auto found = std::find_if(content.annotations.begin(), content.annotations.end(),
                                  [id](const Annotation& annotation) { return annotation.id == id; });
  if (found != content.annotations.end()) return static_cast<std::size_t>(found - content.annotations.begin());
  throw EditError("annotation " + std::to_string(id) + " is not in " + content.image +
                  " any more; load the picture again");
}

std::vector<std::size_t> indices_of(const PictureAnnotations& content, const std::vector<std::int64_t>& ids) {
  if (ids.empty()) throw EditError("no annotation was named; select one first");
  if (ids.size() > max_edit_objects) {
    throw EditError(std::to_string(ids.size()) + " annotations were named; the limit is " +
                    std::to_string(max_edit_objects) + " at once");
  }
  std::vector<std::size_t> indices;
  for (const std::int64_t id : ids) indices.push_back(index_of(content, id));
  std::sort(indices.begin(), indices.end());
  indices.erase(std::unique(indices.begin(), indices.end()), indices.end());
  return indices;
}

void accept_proposal(Annotation& annotation) {
  if (annotation.review == Review::proposed) annotation.review = Review::accepted;
}

void set_shape(Annotation& annotation, Mask mask) {
  annotation.mask = std::move(mask);
  annotation.polygon = mask_to_faithful_polygon(annotation.mask, outline_tolerance_px);
}

void reshape(Annotation& annotation, Mask mask) {
  set_shape(annotation, std::move(mask));
  accept_proposal(annotation);
}

void replace_in(Change& change, const PictureAnnotations& content, std::size_t index, Annotation annotation) {
  if (annotation == content.annotations[index]) return;
  change.removed.push_back({index, content.annotations[index]});
  change.added.push_back({index, std::move(annotation)});
}

}  // namespace sam
