#include "jobs/merge_annotations.h"

#include <algorithm>
#include <utility>

namespace sam {
namespace {

struct Known {
  int class_id = 0;
  Box box;
  const Mask* mask = nullptr;
};

}  // namespace

std::size_t merge_annotations(PictureAnnotations& content, std::vector<std::string>& fields,
                              std::vector<Annotation> added, std::vector<std::string> other_fields, double iou) {
  std::vector<Known> known;
  known.reserve(content.annotations.size());
  for (const Annotation& each : content.annotations) known.push_back({each.class_id, mask_box(each.mask), &each.mask});
  fields.resize(content.annotations.size());
  std::vector<std::size_t> new_ones;
  for (std::size_t i = 0; i < added.size(); ++i) {
    const Box box = mask_box(added[i].mask);
    const bool there = std::any_of(known.begin(), known.end(), [&](const Known& each) {
      return each.class_id == added[i].class_id && boxes_meet(each.box, box) &&
             mask_iou(*each.mask, added[i].mask) >= iou;
    });
    if (!there) new_ones.push_back(i);
  }
  for (std::size_t i : new_ones) {
    added[i].id = content.next_id++;
    content.annotations.push_back(std::move(added[i]));
    fields.push_back(std::move(other_fields[i]));
  }
  return added.size() - new_ones.size();
}

}  // namespace sam
