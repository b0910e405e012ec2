// Objects of one picture that lie on each other. Free functions, no state.
#pragma once

#include <cstddef>
#include <vector>

#include "dataset/annotation.h"

namespace sam {

struct ObjectOverlap {
  std::size_t first = 0;  // places in the list, first < second
  std::size_t second = 0;
  double iou = 0;
  double share = 0;  // of the smaller one's pixels that are the larger one's too
};

// Pairs with at least that share, in the order of the list. All masks have one size and at least a pixel. Time: masks are compared only where their boxes meet.
std::vector<ObjectOverlap> find_overlaps(const std::vector<Annotation>& annotations, double share);

}  // namespace sam
