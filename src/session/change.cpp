#include "session/change.h"

#include <algorithm>

#include "session/edit.h"

namespace sam {
namespace {

[[noreturn]] void refuse() {
  throw EditError("this step does not fit the annotations of the picture any more; the undo history is not used");
}

void check(const PictureAnnotations& content, const Change& change) {
  const auto& list = content.annotations;
  for (const Change::Entry& entry : change.removed) {
    if (entry.index >= list.size() || list[entry.index] != entry.annotation) refuse();
  }
  std::size_t count = list.size() - change.removed.size();
  for (const Change::Entry& entry : change.added) {
    if (entry.index > count++ || entry.annotation.mask.size != content.size) refuse();
  }
}

}  // namespace

Change inverse(Change change) {
  std::swap(change.removed, change.added);
  return change;
}

void apply_change(PictureAnnotations& content, const Change& change) {
  check(content, change);
  auto& list = content.annotations;
  std::size_t next = 0;  // of removed
  std::size_t index = 0;
  std::erase_if(list, [&](const Annotation&) {
    const bool gone = next < change.removed.size() && change.removed[next].index == index;
    ++index;
    if (gone) ++next;
    return gone;
  });
  for (const Change::Entry& entry : change.added) {
    list.insert(list.begin() + static_cast<std::ptrdiff_t>(entry.index), entry.annotation);
    content.next_id = std::max(content.next_id, entry.annotation.id + 1);
  }
}

}  // namespace sam
