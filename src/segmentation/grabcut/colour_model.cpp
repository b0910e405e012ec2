#include "segmentation/grabcut/colour_model.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace sam::grabcut {
namespace {

constexpr int bins = 16;  // an axis
constexpr int bin_count = bins * bins * bins;
constexpr float limit = 3;

// Photos fill little of the a and b axes: spread twofold round grey, the far ends share the last bins.
int chroma_bin(int value) {
  return std::clamp(128 + 2 * (value - 128), 0, 255) * bins / 256;
}

// 1-2-1 along each axis: a colour speaks for its neighbours too.
void smooth(std::vector<float>& histogram) {
  for (int stride = 1; stride < bin_count; stride *= bins) {
    std::vector<float> out(histogram.size());
    for (int i = 0; i < bin_count; ++i) {
      const int position = i / stride % bins;
      const float here = histogram[i];
      const float below = position > 0 ? histogram[i - stride] : here;
      const float above = position < bins - 1 ? histogram[i + stride] : here;
      out[i] = 0.25f * below + 0.5f * here + 0.25f * above;
    }
    histogram.swap(out);
  }
}

void normalise(std::vector<float>& histogram) {
  constexpr float unseen = 1e-5f;  // probability of a colour that never occurred
  double sum = 0;
  for (const float value : histogram) sum += value;
  const auto scale = static_cast<float>(1 / std::max(sum, 1e-9));
  for (float& value : histogram) value = value * scale + unseen;
}

}  // namespace

std::size_t ColourModel::bin(const Lab& colour) {
  const int lightness = colour[0] * bins / 256;
  return static_cast<std::size_t>((chroma_bin(colour[2]) * bins + chroma_bin(colour[1])) * bins + lightness);
}

ColourModel::ColourModel(const LabPlane& picture, const Plane<float>& weights) {
  std::vector<float> foreground(bin_count);
  std::vector<float> background(bin_count);
  for (std::size_t i = 0; i < picture.values.size(); ++i) {
    const std::size_t k = bin(picture.values[i]);
    foreground[k] += weights.values[i];
    background[k] += 1 - weights.values[i];
  }
  for (auto* histogram : {&foreground, &background}) {
    smooth(*histogram);
    normalise(*histogram);
  }
  log_ratio_.resize(bin_count);
  for (int k = 0; k < bin_count; ++k) {
    log_ratio_[k] = std::clamp(std::log(foreground[k] / background[k]), -limit, limit);
  }
}

}  // namespace sam::grabcut
