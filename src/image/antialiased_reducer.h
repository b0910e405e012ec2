// Bilinear resize with antialiasing (a triangle filter as wide as the reduction), in fixed point with an 8-bit intermediate picture: what
// Pillow's Image.resize(BILINEAR) computes, byte for byte, because SAM's own preprocessing is defined by it and thin structures move with any
// other filter. Row by row as rows arrive, so that a large picture is never held whole.
// Threading: one thread at a time. Cost: about two multiplications a channel of each source pixel; memory for the result and for one filter's
// height of result-wide rows.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "image/image.h"
#include "image/triangle_filter.h"

namespace sam {

class AntialiasedReducer {
 public:
  // The output covers extent_x x extent_y input pixels: less than one more or less a side than there are (a JPEG decoded at reduced scale has
  // a part of a pixel at its edge). Requires: all at least 1. Throws std::bad_alloc.
  AntialiasedReducer(Size from, double extent_x, double extent_y, Size to);

  // The next input row: 3 * from.width bytes.
  void add_row(const std::uint8_t* rgb);

  // After the last row.
  Image finish();

 private:
  void emit_row();
  std::uint8_t* kept_row(int y);

  Size from_;
  Size to_;
  bool keeps_width_;
  TriangleFilter across_;
  TriangleFilter down_;
  int rows_;  // of those as wide as the result that the vertical filter still needs
  int next_in_ = 0;
  int next_out_ = 0;
  std::vector<std::uint8_t> kept_;
  std::vector<std::int32_t> sums_;
  std::shared_ptr<std::uint8_t[]> pixels_;
};

// Requires: both sizes at least 1 x 1. Throws std::bad_alloc.
Image resize_antialiased(ImageView view, Size to);

}  // namespace sam
