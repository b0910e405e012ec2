#include "image/orientation.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace sam {
namespace {

bool swaps_sides(Orientation orientation) {
  return orientation >= 5;
}

struct Place {
  int x;
  int y;
};

// Where pixel (x, y) of the upright picture lies in the stored one.
Place stored_place(int x, int y, Size stored, Orientation orientation) {
  const int right = stored.width - 1;
  const int bottom = stored.height - 1;
  switch (orientation) {
    case 2:
      return {right - x, y};
    case 3:
      return {right - x, bottom - y};
    case 4:
      return {x, bottom - y};
    case 5:
      return {y, x};
    case 6:
      return {y, bottom - x};
    case 7:
      return {right - y, bottom - x};
    case 8:
      return {right - y, x};
    default:
      return {x, y};
  }
}

}  // namespace

Size turn_size(Size size, Orientation orientation) {
  return swaps_sides(orientation) ? Size{size.height, size.width} : size;
}

Rectangle to_stored(Rectangle upright, Size stored, Orientation orientation) {
  const Place a = stored_place(upright.x, upright.y, stored, orientation);
  const Place b =
      stored_place(upright.x + upright.size.width - 1, upright.y + upright.size.height - 1, stored, orientation);
  return {std::min(a.x, b.x), std::min(a.y, b.y), turn_size(upright.size, orientation)};
}

Rectangle to_upright(Rectangle stored, Size whole, Orientation orientation) {
  // All are their own inverse but the two quarter turns, which are each other's.
  const Orientation inverse = orientation == 6 ? 8 : orientation == 8 ? 6 : orientation;
  return to_stored(stored, turn_size(whole, orientation), inverse);
}

Point to_upright(Point stored, Size whole, Orientation orientation) {
  const double x = stored.x;
  const double y = stored.y;
  const double width = whole.width;
  const double height = whole.height;
  switch (orientation) {
    case 2:
      return {width - x, y};
    case 3:
      return {width - x, height - y};
    case 4:
      return {x, height - y};
    case 5:
      return {y, x};
    case 6:
      return {height - y, x};
    case 7:
      return {height - y, width - x};
    case 8:
      return {y, width - x};
    default:
      return stored;
  }
}

Mask make_upright(const Mask& stored, Orientation orientation) {
  const Size size = turn_size(stored.size, orientation);
  const std::vector<std::uint8_t> bits = mask_to_bits(stored);
  std::vector<std::uint8_t> turned(pixel_count(size));
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const Place from = stored_place(x, y, stored.size, orientation);
      turned[static_cast<std::size_t>(y) * size.width + x] =
          bits[static_cast<std::size_t>(from.y) * stored.size.width + from.x];
    }
  }
  return mask_from_bits(turned, size);
}

Image make_upright(ImageView stored, Orientation orientation) {
  const Size size = turn_size(stored.size, orientation);
  auto pixels = std::make_shared_for_overwrite<std::uint8_t[]>(std::size_t{3} * size.width * size.height);
  constexpr int block = 32;  // pixels a side: both pictures' cache lines are used whole when turning
  for (int y0 = 0; y0 < size.height; y0 += block) {
    for (int x0 = 0; x0 < size.width; x0 += block) {
      for (int y = y0; y < std::min(y0 + block, size.height); ++y) {
        std::uint8_t* to = pixels.get() + (static_cast<std::size_t>(y) * size.width + x0) * 3;
        for (int x = x0; x < std::min(x0 + block, size.width); ++x, to += 3) {
          const Place from = stored_place(x, y, stored.size, orientation);
          std::memcpy(to, stored.row(from.y) + std::size_t{3} * from.x, 3);
        }
      }
    }
  }
  return Image(size, std::move(pixels));
}

}  // namespace sam
