#include "dataset/object_overlap.h"

#include <algorithm>
#include <numeric>

namespace sam {
namespace {

struct Extent {
  Box box;
  double area = 0;
};

// Upper bound of the share, from the boxes alone.
bool may_reach(const Extent& a, const Extent& b, double share) {
  const double width = std::min(a.box.x1, b.box.x1) - std::max(a.box.x0, b.box.x0);
  const double height = std::min(a.box.y1, b.box.y1) - std::max(a.box.y0, b.box.y0);
  return width > 0 && height > 0 && width * height >= share * std::min(a.area, b.area);
}

}  // namespace

std::vector<ObjectOverlap> find_overlaps(const std::vector<Annotation>& annotations, double share) {
  std::vector<Extent> extents;
  extents.reserve(annotations.size());
  for (const Annotation& each : annotations) {
    extents.push_back({mask_box(each.mask), static_cast<double>(mask_area(each.mask))});
  }
  std::vector<std::size_t> by_left(annotations.size());
  std::iota(by_left.begin(), by_left.end(), std::size_t{0});
  std::sort(by_left.begin(), by_left.end(), [&](std::size_t a, std::size_t b) {
    return std::pair(extents[a].box.x0, a) < std::pair(extents[b].box.x0, b);
  });
  std::vector<ObjectOverlap> found;
  for (auto left = by_left.begin(); left != by_left.end(); ++left) {
    const Extent& a = extents[*left];
    for (auto right = left + 1; right != by_left.end() && extents[*right].box.x0 < a.box.x1; ++right) {
      const Extent& b = extents[*right];
      if (!may_reach(a, b, share)) continue;
      const double iou = mask_iou(annotations[*left].mask, annotations[*right].mask);
      const double common = iou * (a.area + b.area) / (1 + iou);
      const double of_smaller = common / std::min(a.area, b.area);
      if (of_smaller >= share) found.push_back({std::min(*left, *right), std::max(*left, *right), iou, of_smaller});
    }
  }
  std::sort(found.begin(), found.end(), [](const ObjectOverlap& a, const ObjectOverlap& b) {
    return std::pair(a.first, a.second) < std::pair(b.first, b.second);
  });
  return found;
}

}  // namespace sam
