// Builds a mask's runs from its foreground, given as growing intervals of column-major pixel indices.
// Threading: values; no shared state.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "image/mask.h"

namespace sam {

// width * height. Throws MaskError if a side is negative or the product does not fit a run's 32 bits.
std::uint32_t mask_pixel_count(Size size);

class RunBuilder {
 public:
  explicit RunBuilder(Size size) : size_(size), pixels_(mask_pixel_count(size)) {}

  // Requires end >= start >= the end of the call before.
  void add_foreground(std::uint32_t start, std::uint32_t end) {
    if (start == end) return;
    if (start == end_ && !runs_.empty()) {
      runs_.back() += end - start;
    } else {
      runs_.push_back(start - end_);
      runs_.push_back(end - start);
    }
    end_ = end;
  }

  Mask finish() && {
    if (end_ < pixels_) runs_.push_back(pixels_ - end_);
    return {size_, std::move(runs_)};
  }

 private:
  Size size_;
  std::uint32_t pixels_;
  std::uint32_t end_ = 0;  // of the last foreground
  std::vector<std::uint32_t> runs_;
};

}  // namespace sam
