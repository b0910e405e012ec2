#include "image/geometry.h"

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

}  // namespace sam
