// A binary mask, kept run-length encoded as COCO does: column-major runs, alternating background and foreground, the first of
// background (possibly 0). A mask of 24 MP is a few kB; bits are made only where somebody needs them.
// Threading: values; no shared state.
#pragma once

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "image/geometry.h"

namespace sam {

struct Mask {
  Size size;
  std::vector<std::uint32_t> runs;  // their sum is width * height

  bool operator==(const Mask&) const = default;
};

// A bad run-length string: wrong character, runs that do not add up to the size.
class MaskError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// bits: row-major, width * height bytes, non-zero is foreground.
Mask mask_from_bits(std::span<const std::uint8_t> bits, Size size);
// Row-major, 0 or 255.
std::vector<std::uint8_t> mask_to_bits(const Mask& mask);

// COCO's compressed string (pycocotools rleToString / rleFrString).
std::string mask_to_coco_string(const Mask& mask);
// Throws MaskError. Memory is bounded by the text's length.
Mask mask_from_coco_string(std::string_view counts, Size size);

std::uint64_t mask_area(const Mask& mask);  // pixels
// The tight box; all zero if the mask is empty.
Box mask_box(const Mask& mask);
// Intersection over union; 1 if both are empty. Requires equal sizes.
double mask_iou(const Mask& a, const Mask& b);

}  // namespace sam
