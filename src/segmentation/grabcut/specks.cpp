#include "segmentation/grabcut/specks.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>

namespace sam::grabcut {
namespace {

constexpr double speck_share = 0.02;  // of the mask's area

// Flips components of value `of` below `max_area` pixels, except those at the plane's edge (for holes) and those with a point.
void flip_small(BitPlane& bits, std::uint8_t of, double max_area, const std::vector<Seed>& points) {
  const cv::Mat plane(bits.size.height, bits.size.width, CV_8U, bits.values.data());
  const cv::Mat selected = plane == of;
  cv::Mat labels, stats, centres;
  const int connectivity = of == 255 ? 8 : 4;
  const int count = cv::connectedComponentsWithStats(selected, labels, stats, centres, connectivity);
  std::vector<std::uint8_t> flips(static_cast<std::size_t>(count), 0);
  for (int label = 1; label < count; ++label) {
    const int* box = stats.ptr<int>(label);
    const bool at_edge = box[cv::CC_STAT_LEFT] == 0 || box[cv::CC_STAT_TOP] == 0 ||
                         box[cv::CC_STAT_LEFT] + box[cv::CC_STAT_WIDTH] == bits.size.width ||
                         box[cv::CC_STAT_TOP] + box[cv::CC_STAT_HEIGHT] == bits.size.height;
    flips[static_cast<std::size_t>(label)] = box[cv::CC_STAT_AREA] < max_area && (of == 255 || !at_edge);
  }
  for (const Seed& seed : points) {
    if (seed.foreground == (of == 255)) flips[static_cast<std::size_t>(labels.at<int>(seed.y, seed.x))] = 0;
  }
  for (int y = 0; y < bits.size.height; ++y) {
    const int* label = labels.ptr<int>(y);
    std::uint8_t* row = bits.row(y);
    for (int x = 0; x < bits.size.width; ++x) {
      if (flips[static_cast<std::size_t>(label[x])]) row[x] = static_cast<std::uint8_t>(255 - of);
    }
  }
}

}  // namespace

void drop_specks(BitPlane& bits, const std::vector<Seed>& points) {
  const auto area = static_cast<double>(std::count(bits.values.begin(), bits.values.end(), 255));
  flip_small(bits, 255, speck_share * area, points);
  flip_small(bits, 0, speck_share * area, points);
}

}  // namespace sam::grabcut
