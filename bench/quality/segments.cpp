#include "quality/segments.h"

#include <cstdint>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <utility>

namespace sam::bench {
namespace {

std::uint32_t crc32(const std::string& text) {
  std::uint32_t crc = 0xffffffff;
  for (const char character : text) {
    crc ^= static_cast<unsigned char>(character);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320u : 0u);
  }
  return ~crc;
}

// Depth of the pixel deepest inside `bits`, and where; outside the picture is outside.
std::pair<double, cv::Point> deepest(const cv::Mat& bits) {
  cv::Mat framed;
  cv::copyMakeBorder(bits, framed, 1, 1, 1, 1, cv::BORDER_CONSTANT, cv::Scalar(0));
  cv::Mat depth;
  cv::distanceTransform(framed, depth, cv::DIST_L2, 5);
  double most = 0;
  cv::Point where;
  cv::minMaxLoc(depth, nullptr, &most, nullptr, &where);
  return {most, where - cv::Point(1, 1)};
}

}  // namespace

bool in_judging_half(const std::string& name) {
  return (crc32(name) & 1) != 0;
}

std::vector<Segment> segments_of(ImageView labels) {
  const auto [width, height] = labels.size;
  cv::Mat numbers(height, width, CV_8U);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) numbers.at<std::uint8_t>(y, x) = labels.row(y)[3 * x];
  }
  std::vector<Segment> out;
  for (int label = 0; label < 256; ++label) {
    cv::Mat bits = numbers == label;
    const double share = cv::countNonZero(bits) / static_cast<double>(bits.total());
    if (share < 0.02 || share > 0.40) continue;
    cv::Mat components;
    if (cv::connectedComponents(bits, components) != 2) continue;
    const cv::Rect box = cv::boundingRect(bits);
    if (box.x <= 1 || box.y <= 1 || box.x + box.width >= width - 1 || box.y + box.height >= height - 1) continue;
    out.push_back({label, mask_from_bits({bits.data, bits.total()}, labels.size),
                   Box{static_cast<double>(box.x), static_cast<double>(box.y), static_cast<double>(box.x + box.width),
                       static_cast<double>(box.y + box.height)}});
  }
  return out;
}

std::optional<PromptPoint> next_click(const Mask& truth, const Mask& answer) {
  std::vector<std::uint8_t> wanted = mask_to_bits(truth);
  std::vector<std::uint8_t> given = mask_to_bits(answer);
  const cv::Mat want(truth.size.height, truth.size.width, CV_8U, wanted.data());
  const cv::Mat have(truth.size.height, truth.size.width, CV_8U, given.data());
  const auto [missing, missing_at] = deepest(want & ~have);
  const auto [excess, excess_at] = deepest(have & ~want);
  if (missing <= 0 && excess <= 0) return std::nullopt;
  const bool foreground = missing >= excess;
  const cv::Point at = foreground ? missing_at : excess_at;
  return PromptPoint{{at.x + 0.5, at.y + 0.5}, foreground};
}

}  // namespace sam::bench
