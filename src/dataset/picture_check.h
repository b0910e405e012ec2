// What is wrong with the annotations of one picture, and what of that can be put right without losing anything. Free functions, no state.
#pragma once

#include <cstdint>
#include <vector>

#include "dataset/finding.h"
#include "dataset/picture_look.h"

namespace sam {

struct CheckLimits {
  std::uint64_t min_area_px = 16;  // smaller objects are tiny
  double overlap = 0.8;            // share of the smaller object from which on two lie on each other
};

inline constexpr double same_object_iou = 0.95;  // of the same class and more than this: one object, twice

// In the order of kinds; each with the picture's name. looked: without damage.
std::vector<Finding> check_picture(const LookedPicture& looked, std::size_t class_count, const CheckLimits& limits);

// The content put right: of objects that are there twice the later goes, as does what has neither pixel nor area; a mask without pixels is made from its
// polygon; polygons are cut at the picture's border, and made anew from the mask where they cross themselves or say something else. Returns whether anything
// changed. Masks with pixels never change.
bool fix_content(PictureAnnotations& content);

}  // namespace sam
