#include "segmentation/grabcut/refine.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "platform/stopped.h"
#include "segmentation/grabcut/graph_cut.h"
#include "segmentation/grabcut/raster.h"
#include "segmentation/grabcut/segment.h"

namespace sam::grabcut {
namespace {

constexpr int tile = 256;
constexpr double largest_step = 4;  // enlargement of one step: the band stays a few pixels wide

bool uniform(const BitPlane& bits) {
  return std::all_of(bits.values.begin(), bits.values.end(), [&](auto v) { return v == bits.values[0]; });
}

// One tile of one step: cut anew with a margin, so that neighbouring tiles agree, then written back without it.
void refine_tile(BitPlane& bits, PixelBox inner, ImageView picture, PixelBox part, const ColourModel& colours,
                 int radius) {
  const int margin = 2 * radius + 1;
  const PixelBox outer{std::max(0, inner.x0 - margin), std::max(0, inner.y0 - margin),
                       std::min(bits.size.width, inner.x1 + margin), std::min(bits.size.height, inner.y1 + margin)};
  BitPlane piece = cropped_bits(bits, outer);
  if (uniform(piece)) return;
  PixelBox source = scaled_box(outer, bits.size, part.size());
  source = {source.x0 + part.x0, source.y0 + part.y0, source.x1 + part.x0, source.y1 + part.y0};
  const LabPlane lab = lab_part(picture, source, outer.size());
  const BitPlane cut = graph_cut(lab, band_evidence(lab, piece, colours, radius), smoothness);
  for (int y = inner.y0; y < inner.y1; ++y) {
    std::copy_n(cut.row(y - outer.y0) + (inner.x0 - outer.x0), inner.width(), bits.row(y) + inner.x0);
  }
}

}  // namespace

Plane<float> band_evidence(const LabPlane& picture, const BitPlane& bits, const ColourModel& colours, int radius) {
  const auto [width, height] = bits.size;
  const cv::Mat source(height, width, CV_8U, const_cast<std::uint8_t*>(bits.values.data()));
  const cv::Mat square = cv::getStructuringElement(cv::MORPH_RECT, {2 * radius + 1, 2 * radius + 1});
  cv::Mat grown;
  cv::Mat shrunk;
  cv::dilate(source, grown, square);
  cv::erode(source, shrunk, square);
  Plane<float> evidence(bits.size, 0);
  constexpr float infinity = std::numeric_limits<float>::infinity();
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const bool border = x == 0 || y == 0 || x == width - 1 || y == height - 1;
      const bool open = !border && grown.at<std::uint8_t>(y, x) != shrunk.at<std::uint8_t>(y, x);
      const float kept = bits.row(y)[x] != 0 ? infinity : -infinity;
      evidence.row(y)[x] = open ? colour_weight * colours.log_ratio(picture.row(y)[x]) : kept;
    }
  }
  return evidence;
}

BitPlane refined(BitPlane bits, ImageView picture, PixelBox part, const ColourModel& colours,
                 const std::stop_token& stop) {
  const Size from = bits.size;
  const Size to = part.size();
  const double factor =
      std::max({1.0, static_cast<double>(to.width) / from.width, static_cast<double>(to.height) / from.height});
  const int steps = static_cast<int>(std::ceil(std::log(factor) / std::log(largest_step)));
  const int radius = static_cast<int>(std::ceil(std::pow(factor, 1.0 / std::max(1, steps)))) + 1;
  for (int step = 1; step <= steps; ++step) {
    const double share = static_cast<double>(step) / steps;
    const auto side = [&](int a, int b) {
      return static_cast<int>(std::lround(a * std::pow(static_cast<double>(b) / a, share)));
    };
    bits = resized_bits(bits, step == steps ? to : Size{side(from.width, to.width), side(from.height, to.height)});
    for (int y = 0; y < bits.size.height; y += tile) {
      for (int x = 0; x < bits.size.width; x += tile) {
        if (stop.stop_requested()) throw Stopped();
        const PixelBox inner{x, y, std::min(bits.size.width, x + tile), std::min(bits.size.height, y + tile)};
        refine_tile(bits, inner, picture, part, colours, radius);
      }
    }
  }
  return resized_bits(bits, to);
}

}  // namespace sam::grabcut
