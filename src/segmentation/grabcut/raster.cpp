#include "segmentation/grabcut/raster.h"

#include <algorithm>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace sam::grabcut {
namespace {

// OpenCV has no type for read-only pixels; sources below are only read.
cv::Mat source(const BitPlane& bits) {
  return {bits.size.height, bits.size.width, CV_8U, const_cast<std::uint8_t*>(bits.values.data())};
}

int scaled(int value, int from, int to) {
  return static_cast<int>(std::lround(static_cast<double>(value) * to / from));
}

}  // namespace

LabPlane lab_part(ImageView picture, PixelBox part, Size to) {
  auto* first = const_cast<std::uint8_t*>(picture.row(part.y0) + std::ptrdiff_t{3} * part.x0);
  const cv::Mat rgb(part.height(), part.width(), CV_8UC3, first, picture.stride_bytes);
  cv::Mat resized = rgb;
  if (to != part.size()) {
    const bool smaller = to.width < part.width() || to.height < part.height();
    cv::resize(rgb, resized, {to.width, to.height}, 0, 0, smaller ? cv::INTER_AREA : cv::INTER_LINEAR);
  }
  LabPlane lab(to, Lab{});
  cv::Mat target(to.height, to.width, CV_8UC3, lab.values.data());
  cv::cvtColor(resized, target, cv::COLOR_RGB2Lab);
  return lab;
}

PixelBox scaled_box(const PixelBox& box, Size from, Size to) {
  PixelBox out{scaled(box.x0, from.width, to.width), scaled(box.y0, from.height, to.height),
               scaled(box.x1, from.width, to.width), scaled(box.y1, from.height, to.height)};
  out.x0 = std::min(out.x0, to.width - 1);
  out.y0 = std::min(out.y0, to.height - 1);
  out.x1 = std::max(out.x1, out.x0 + 1);
  out.y1 = std::max(out.y1, out.y0 + 1);
  return out;
}

BitPlane resized_bits(const BitPlane& bits, Size to) {
  if (to == bits.size) return bits;
  BitPlane out(to, 0);
  cv::Mat target(to.height, to.width, CV_8U, out.values.data());
  cv::resize(source(bits), target, {to.width, to.height}, 0, 0, cv::INTER_LINEAR);
  cv::threshold(target, target, 127, 255, cv::THRESH_BINARY);
  return out;
}

BitPlane cropped_bits(const BitPlane& bits, PixelBox part) {
  BitPlane out(part.size(), 0);
  for (int y = 0; y < part.height(); ++y) {
    std::copy_n(bits.row(part.y0 + y) + part.x0, part.width(), out.row(y));
  }
  return out;
}

PixelBox bounds(const BitPlane& bits) {
  const cv::Rect box = cv::boundingRect(source(bits));
  return {box.x, box.y, box.x + box.width, box.y + box.height};
}

Plane<float> distance_to(const BitPlane& bits) {
  cv::Mat inverse;
  cv::threshold(source(bits), inverse, 0, 255, cv::THRESH_BINARY_INV);
  Plane<float> distance(bits.size, 0);
  cv::Mat target(bits.size.height, bits.size.width, CV_32F, distance.values.data());
  cv::distanceTransform(inverse, target, cv::DIST_L2, 5);
  return distance;
}

}  // namespace sam::grabcut
