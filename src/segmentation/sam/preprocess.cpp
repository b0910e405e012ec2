#include "segmentation/sam/preprocess.h"

#include <algorithm>
#include <array>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace sam {
namespace {

constexpr std::array<float, 3> sam1_mean = {123.675F, 116.28F, 103.53F};
constexpr std::array<float, 3> sam1_deviation = {58.395F, 57.12F, 57.375F};
constexpr std::array<double, 3> imagenet_mean = {0.485, 0.456, 0.406};
constexpr std::array<double, 3> imagenet_deviation = {0.229, 0.224, 0.225};

// What each of the 256 values of a channel becomes.
template <typename T>
using ChannelTables = std::array<std::array<T, 256>, 3>;

template <typename T>
void write_hwc(ImageView picture, Size to_size, std::span<T> to) {
  std::array<T, 3> fill{};
  for (int c = 0; c < 3; ++c) fill[c] = static_cast<T>(sam1_mean[c] + (std::is_integral_v<T> ? 0.5F : 0.0F));
  T* out = to.data();
  for (int y = 0; y < to_size.height; ++y) {
    int x = 0;
    if (y < picture.size.height) {
      x = picture.size.width;
      out = std::copy_n(picture.row(y), std::size_t{3} * x, out);
    }
    for (; x < to_size.width; ++x) out = std::copy(fill.begin(), fill.end(), out);
  }
}

template <typename T>
void write_planes(ImageView picture, const ChannelTables<T>& tables, const std::array<T, 3>& fill, const Tensor& to) {
  const int width = static_cast<int>(to.shape[3]);
  const int height = static_cast<int>(to.shape[2]);
  for (int c = 0; c < 3; ++c) {
    T* out = to.values<T>().data() + static_cast<std::size_t>(c) * height * width;
    for (int y = 0; y < height; ++y, out += width) {
      const int covered = y < picture.size.height ? picture.size.width : 0;
      const std::uint8_t* pixel = covered > 0 ? picture.row(y) + c : nullptr;
      for (int x = 0; x < covered; ++x) out[x] = tables[c][pixel[3 * x]];
      std::fill(out + covered, out + width, fill[c]);
    }
  }
}

template <typename T, typename Function>
ChannelTables<T> make_tables(const Function& value) {
  ChannelTables<T> tables{};
  for (int c = 0; c < 3; ++c) {
    for (int level = 0; level < 256; ++level) tables[c][level] = static_cast<T>(value(c, level));
  }
  return tables;
}

}  // namespace

void write_raw_hwc(ImageView picture, const Tensor& to) {
  const Size size = {static_cast<int>(to.shape[1]), static_cast<int>(to.shape[0])};
  if (to.type == ElementType::u8) {
    write_hwc(picture, size, to.values<std::uint8_t>());
  } else {
    write_hwc(picture, size, to.values<float>());
  }
}

void write_raw_nchw(ImageView picture, const Tensor& to) {
  std::array<std::uint8_t, 3> fill{};
  for (int c = 0; c < 3; ++c) fill[c] = static_cast<std::uint8_t>(sam1_mean[c] + 0.5F);
  write_planes<std::uint8_t>(picture, make_tables<std::uint8_t>([](int, int level) { return level; }), fill, to);
}

void write_sam1_nchw(ImageView picture, const Tensor& to) {
  const auto value = [](int c, int level) { return (static_cast<float>(level) - sam1_mean[c]) / sam1_deviation[c]; };
  write_planes<float>(picture, make_tables<float>(value), {}, to);
}

void write_imagenet_nchw(ImageView picture, const Tensor& to) {
  const auto value = [](int c, int level) { return (level / 255.0 - imagenet_mean[c]) / imagenet_deviation[c]; };
  write_planes<float>(picture, make_tables<float>(value), {}, to);
}

Image resize_bilinear(ImageView picture, Size to) {
  const auto pixels = std::make_shared<std::uint8_t[]>(std::size_t{3} * to.width * to.height);
  const cv::Mat from(picture.size.height, picture.size.width, CV_8UC3, const_cast<std::uint8_t*>(picture.pixels),
                     picture.stride_bytes);
  cv::Mat result(to.height, to.width, CV_8UC3, pixels.get());
  cv::resize(from, result, result.size(), 0, 0, cv::INTER_LINEAR);
  return Image(to, pixels);
}

}  // namespace sam
