#include <opencv2/imgproc.hpp>

#include "image/decode.h"

namespace sam {

Image resize_area(ImageView view, Size to) {
  auto pixels = std::make_shared_for_overwrite<std::uint8_t[]>(std::size_t{3} * to.width * to.height);
  // OpenCV has no matrix of constant data; the source is only read.
  const cv::Mat from(view.size.height, view.size.width, CV_8UC3, const_cast<std::uint8_t*>(view.pixels),
                     view.stride_bytes);
  cv::Mat target(to.height, to.width, CV_8UC3, pixels.get());
  const bool reduces = to.width <= view.size.width && to.height <= view.size.height;
  cv::resize(from, target, target.size(), 0, 0, reduces ? cv::INTER_AREA : cv::INTER_LINEAR);
  return Image(to, std::move(pixels));
}

}  // namespace sam
