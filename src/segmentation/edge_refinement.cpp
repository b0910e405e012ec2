#include "segmentation/edge_refinement.h"

#include <algorithm>
#include <cmath>

#include "platform/stopped.h"
#include "segmentation/grabcut/graph_cut.h"
#include "segmentation/grabcut/memory_error.h"
#include "segmentation/grabcut/part_mask.h"
#include "segmentation/grabcut/raster.h"
#include "segmentation/grabcut/refine.h"
#include "segmentation/grabcut/segment.h"

namespace sam {
namespace {

using namespace grabcut;

// Chosen on the tuning half of bench/quality.
constexpr int solved_side = 256;       // pixels of the longer side of what is solved at once
constexpr double band_share = 0.02;    // the band's half width, of the root of the object's area
constexpr int least_radius = 2;        // pixels of what is solved
constexpr double margin_share = 0.35;  // of the object's longer side: what the background is learnt from
constexpr double least_overlap = 0.6;  // IoU with what was given; less: the colours of object and background are alike

// The object with its margin, in pixels of the picture.
PixelBox part_round(const Box& box, Size mask, Size picture) {
  const double sx = static_cast<double>(picture.width) / mask.width;
  const double sy = static_cast<double>(picture.height) / mask.height;
  const double margin = 2 + margin_share * std::max(box.width() * sx, box.height() * sy);
  return touched({box.x0 * sx - margin, box.y0 * sy - margin, box.x1 * sx + margin, box.y1 * sy + margin}, picture);
}

double overlap(const BitPlane& a, const BitPlane& b) {
  double both = 0;
  double either = 0;
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    both += a.values[i] != 0 && b.values[i] != 0 ? 1 : 0;
    either += a.values[i] != 0 || b.values[i] != 0 ? 1 : 0;
  }
  return either > 0 ? both / either : 0;
}

ColourModel learnt(const LabPlane& picture, const BitPlane& bits) {
  Plane<float> weights(bits.size, 0);
  for (std::size_t i = 0; i < weights.values.size(); ++i) weights.values[i] = bits.values[i] != 0 ? 1.0F : 0.0F;
  return {picture, weights};
}

Mask refine(const Mask& mask, ImageView picture, const std::stop_token& stop) {
  const Box box = mask_box(mask);
  if (box.width() <= 0) return mask;
  const PixelBox part = part_round(box, mask.size, picture.size);
  const PixelBox mask_part = scaled_box(part, picture.size, mask.size);
  const Size size = reduced(part.size(), solved_side);
  const BitPlane given = part_of(mask, mask_part, size);
  const auto area = std::count(given.values.begin(), given.values.end(), 255);
  const int radius = std::max(least_radius, static_cast<int>(std::lround(band_share * std::sqrt(area))));
  const LabPlane lab = lab_part(picture, part, size);
  const ColourModel colours = learnt(lab, given);
  if (stop.stop_requested()) throw Stopped();
  BitPlane bits = graph_cut(lab, band_evidence(lab, given, colours, radius), smoothness);
  if (overlap(bits, given) < least_overlap) return mask;
  const BitPlane fine = refined(std::move(bits), picture, part, colours, stop);
  return to_mask(resized_bits(fine, mask_part.size()), mask_part, mask.size);
}

}  // namespace

Mask refine_edge(const Mask& mask, ImageView picture, const std::stop_token& stop) {
  try {
    return refine(mask, picture, stop);
  } catch (...) {
    rethrow_memory_error("memory ran out in the refinement of a mask's edge");
  }
}

std::uint64_t refine_edge_bytes(const Mask& mask, Size picture) {
  const PixelBox part = part_round(mask_box(mask), mask.size, picture);
  const PixelBox mask_part = scaled_box(part, picture, mask.size);
  return table_bytes + solve_bytes_per_pixel * pixel_count(reduced(part.size(), solved_side)) +
         refine_bytes_per_pixel * pixel_count(part.size()) + answer_bytes_per_pixel * pixel_count(mask_part.size());
}

}  // namespace sam
