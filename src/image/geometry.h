// Points, boxes and sizes. Coordinates are pixels of the upright picture (EXIF orientation applied), x to the right,
// y down; the pixel in column i covers [i, i+1), so the picture spans [0, width] x [0, height].
#pragma once

#include <cstdint>

namespace sam {

struct Size {
  int width = 0;
  int height = 0;
  bool operator==(const Size&) const = default;
};

constexpr std::uint64_t pixel_count(Size size) {
  return static_cast<std::uint64_t>(size.width) * static_cast<std::uint64_t>(size.height);
}

// The largest size of the picture's aspect inside `limit`, each side rounded to the nearest and at least 1: for a square limit this is
// SAM's ResizeLongestSide.get_preprocess_shape.
Size fitted_size(Size picture, Size limit);

struct Point {
  double x = 0;
  double y = 0;
  bool operator==(const Point&) const = default;
};

// [x0, x1) x [y0, y1).
struct Box {
  double x0 = 0;
  double y0 = 0;
  double x1 = 0;
  double y1 = 0;
  double width() const { return x1 - x0; }
  double height() const { return y1 - y0; }
  bool operator==(const Box&) const = default;
};

// Whether they share some area.
constexpr bool boxes_meet(const Box& a, const Box& b) {
  return a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1;
}

}  // namespace sam
