// Reduces a picture row by row as its rows arrive, so that a large one is never held whole. Each output pixel is the mean of the area it
// covers, with fractional weights at its border (as OpenCV's INTER_AREA).
// Threading: one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "image/image.h"

namespace sam {

class AreaReducer {
 public:
  // The output covers extent_x x extent_y input pixels; a little more or less than there are, where the input's edge is only
  // partly picture (a JPEG decoded at reduced scale) or partly missing (the last pixel of a tile). Requires: to <= extent on
  // both sides, and every output pixel covers some input.
  AreaReducer(Size from, double extent_x, double extent_y, Size to);

  // The next input row: 3 * from.width bytes.
  void add_row(const std::uint8_t* rgb);

  // After the last row.
  Image finish();

 private:
  void emit_row();

  Size from_;
  Size to_;
  double scale_x_;
  double scale_y_;
  int next_in_ = 0;
  int next_out_ = 0;
  std::vector<float> sums_;  // of the rows so far, weighted by their share of the output row
  std::shared_ptr<std::uint8_t[]> pixels_;
};

}  // namespace sam
