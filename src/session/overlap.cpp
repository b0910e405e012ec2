#include "session/overlap.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "image/mask_algebra.h"
#include "session/named_objects.h"

namespace sam {
namespace {

Mask union_of(const std::vector<Change::Entry>& entries, Size size) {
  std::vector<Mask> masks;
  for (const Change::Entry& entry : entries) masks.push_back(entry.annotation.mask);
  return unite_all(masks, size);
}

// Those of `objects` that meet the mask, as one.
Mask covered_near(const Mask& mask, const std::vector<const Annotation*>& objects) {
  const Box box = mask_box(mask);
  std::vector<Mask> near;
  for (const Annotation* each : objects) {
    if (boxes_meet(mask_box(each->mask), box)) near.push_back(each->mask);
  }
  return unite_all(near, mask.size);
}

// The new objects give way. had: the pixels of those that the change removes or replaces.
Change shrunk(Change change, const Mask& had, const std::vector<const Annotation*>& others) {
  for (Change::Entry& made : change.added) {
    const Mask taken = intersect(subtract(made.annotation.mask, had), covered_near(made.annotation.mask, others));
    if (mask_area(taken) == 0) continue;
    Mask left = subtract(made.annotation.mask, taken);
    if (mask_area(left) == 0) {
      throw EditError(
          "nothing would be left of it: all its pixels belong to other annotations, and those keep what they have; "
          "allow overlap, or let the newer one have them");
    }
    set_shape(made.annotation, std::move(left));
  }
  // What gained nothing in the end has not changed, unless more than its shape was to change.
  const auto is_unchanged = [&](const Change::Entry& gone) {
    return std::find(change.added.begin(), change.added.end(), gone) != change.added.end();
  };
  std::vector<Change::Entry> unchanged;
  std::copy_if(change.removed.begin(), change.removed.end(), std::back_inserter(unchanged), is_unchanged);
  if (change.removed.size() == change.added.size() && unchanged.size() == change.removed.size()) return {};
  return change;
}

// The others do.
Change with_others_cut(const PictureAnnotations& content, const Change& change, const Mask& had,
                       const std::vector<const Annotation*>& others) {
  const Mask gained = subtract(union_of(change.added, content.size), had);
  const Box box = mask_box(gained);
  std::map<std::int64_t, Mask> cut;
  for (const Annotation* each : others) {
    if (!boxes_meet(mask_box(each->mask), box)) continue;
    Mask left = subtract(each->mask, gained);
    if (left != each->mask) cut.emplace(each->id, std::move(left));
  }
  if (cut.empty()) return change;
  PictureAnnotations after = content;
  apply_change(after, change);
  std::erase_if(after.annotations, [&](const Annotation& annotation) {
    const auto found = cut.find(annotation.id);
    return found != cut.end() && mask_area(found->second) == 0;
  });
  std::set<std::int64_t> touched;
  for (const Change::Entry& entry : change.removed) touched.insert(entry.annotation.id);
  for (const auto& [id, mask] : cut) touched.insert(id);
  Change both;
  for (std::size_t i = 0; i < content.annotations.size(); ++i) {
    if (touched.contains(content.annotations[i].id)) both.removed.push_back({i, content.annotations[i]});
  }
  for (const Change::Entry& entry : change.added) touched.insert(entry.annotation.id);
  for (std::size_t i = 0; i < after.annotations.size(); ++i) {
    Annotation& annotation = after.annotations[i];
    if (!touched.contains(annotation.id)) continue;
    const auto found = cut.find(annotation.id);
    if (found != cut.end()) set_shape(annotation, std::move(found->second));
    both.added.push_back({i, std::move(annotation)});
  }
  return both;
}

}  // namespace

Change without_overlap(const PictureAnnotations& content, Change change, Overlap overlap) {
  if (overlap == Overlap::allow || change.added.empty()) return change;
  std::set<std::int64_t> before;
  for (const Change::Entry& entry : change.removed) before.insert(entry.annotation.id);
  std::vector<const Annotation*> others;
  for (const Annotation& each : content.annotations) {
    if (!before.contains(each.id)) others.push_back(&each);
  }
  const Mask had = union_of(change.removed, content.size);
  if (overlap == Overlap::older) return shrunk(std::move(change), had, others);
  return with_others_cut(content, change, had, others);
}

}  // namespace sam
