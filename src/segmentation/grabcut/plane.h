// Small rasters that the parts of GrabCut hand each other: one value a pixel, rows top to bottom, no gaps.
// Threading: values; no shared state.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "image/geometry.h"

namespace sam::grabcut {

template <typename T>
struct Plane {
  Size size;
  std::vector<T> values;

  Plane() = default;
  Plane(Size of, T value) : size(of), values(static_cast<std::size_t>(of.width) * of.height, value) {}

  T* row(int y) { return values.data() + static_cast<std::size_t>(y) * size.width; }
  const T* row(int y) const { return values.data() + static_cast<std::size_t>(y) * size.width; }
};

// CIE L*a*b* as OpenCV packs it in 8 bits: L is stretched to 0..255, a and b are centred at 128.
using Lab = std::array<std::uint8_t, 3>;
using LabPlane = Plane<Lab>;
using BitPlane = Plane<std::uint8_t>;  // 0 or 255

// Squared distance of two colours.
inline float colour_distance2(const Lab& a, const Lab& b) {
  int sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return static_cast<float>(sum);
}

// Whole pixels [x0, x1) x [y0, y1).
struct PixelBox {
  int x0 = 0;
  int y0 = 0;
  int x1 = 0;
  int y1 = 0;
  int width() const { return x1 - x0; }
  int height() const { return y1 - y0; }
  Size size() const { return {width(), height()}; }
  bool operator==(const PixelBox&) const = default;
};

}  // namespace sam::grabcut
