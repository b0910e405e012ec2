#include "segmentation/sam/frame.h"

#include <algorithm>

namespace sam {

Size fitted_size(Size picture, Size limit) {
  const double scale =
      std::min(static_cast<double>(limit.width) / picture.width, static_cast<double>(limit.height) / picture.height);
  const auto scaled = [scale](int length, int most) {
    return std::clamp(static_cast<int>(length * scale + 0.5), 1, most);
  };
  return {scaled(picture.width, limit.width), scaled(picture.height, limit.height)};
}

Frame longest_side_frame(Size picture, Size working, int side, Size limit) {
  return {picture, side, fitted_size(working, limit)};
}

Frame squash_frame(Size picture, int side) {
  return {picture, side, {side, side}};
}

Point to_frame(const Frame& frame, Point point) {
  return {point.x * (static_cast<double>(frame.content.width) / frame.picture.width),
          point.y * (static_cast<double>(frame.content.height) / frame.picture.height)};
}

}  // namespace sam
