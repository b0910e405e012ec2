#include "segmentation/sam/frame.h"

namespace sam {

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
