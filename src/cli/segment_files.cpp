#include "cli/segment_files.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

#include "image/class_colour.h"
#include "image/encode.h"
#include "image/index_picture.h"
#include "image/jpeg.h"
#include "image/polygon.h"

namespace sam {
namespace {

constexpr std::uint64_t encoder_bytes = 1 << 20;  // its rows in flight
// The picture and its painted copy (3 each), the mask's bits (1), the JPEG as it grows and its copy (2 at most, of noise).
constexpr std::uint64_t overlay_bytes_per_pixel = 9;
constexpr std::uint64_t index_bytes_per_pixel =
    6;  // numbers of two bytes, as rows of the file, and the PNG as it grows
constexpr std::uint64_t least_overlay_pixels = 1 << 16;  // less shows nothing

// The bits of the mask, and their PNG as it grows: an eighth of them at most.
std::uint64_t mask_png_bytes(const Mask& mask) {
  return pixel_count(mask.size) + pixel_count(mask.size) / 2 + encoder_bytes;
}

std::uint64_t overlay_bytes(const ImageInfo& info) {
  return std::max(info.decode_bytes, overlay_bytes_per_pixel * pixel_count(info.working_size) + encoder_bytes);
}

// By its outline, so that the bits of the full size are not needed.
Mask scaled(const Mask& mask, Size size) {
  if (mask.size == size) return mask;
  const double across = static_cast<double>(size.width) / mask.size.width;
  const double down = static_cast<double>(size.height) / mask.size.height;
  Polygon polygon = mask_to_polygon(mask, 0.5);
  const auto scale = [&](Ring& ring) {
    for (Point& point : ring) point = {point.x * across, point.y * down};
  };
  for (PolygonPart& part : polygon) {
    scale(part.outer);
    for (Ring& hole : part.holes) scale(hole);
  }
  return polygon_to_mask(polygon, size);
}

// The picture's limits at the largest size whose overlay can be had now; none if that shows nothing.
std::optional<DecodeLimits> fitting(DecodeLimits limits, const std::string& picture, std::uint64_t available_bytes) {
  DecodeLimits smallest = limits;
  smallest.max_working_pixels = 1;
  const std::uint64_t fixed_bytes = read_image_info(picture, smallest).decode_bytes + encoder_bytes;
  if (available_bytes <= fixed_bytes) return std::nullopt;
  const std::uint64_t spare_bytes = (available_bytes - fixed_bytes) / 8;  // others may take some meanwhile
  const std::uint64_t pixels = (available_bytes - fixed_bytes - spare_bytes) / overlay_bytes_per_pixel;
  if (pixels < least_overlay_pixels) return std::nullopt;
  limits.max_working_pixels = std::min(limits.max_working_pixels, pixels);
  return limits;
}

}  // namespace

void SegmentFiles::write_mask(const std::filesystem::path& file, const Mask& mask) {
  pipeline_.with_memory(mask_png_bytes(mask), "writing the mask " + file.string(),
                        [&] { files_.write_atomic(file, encode_mask_png(mask)); });
}

void SegmentFiles::write_segments(const std::filesystem::path& file, const Segments& segments, Size picture) {
  const std::uint64_t bytes = index_bytes_per_pixel * pixel_count(picture) + encoder_bytes;
  pipeline_.with_memory(bytes, "writing the segments " + file.string(), [&] {
    IndexPicture numbers = make_index_picture(picture);
    // Small ones last: they lie on the large.
    std::vector<std::size_t> order(segments.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return std::pair(segments[b]->area_px, a) < std::pair(segments[a]->area_px, b);
    });
    for (const std::size_t i : order) paint(numbers, segments[i]->mask, static_cast<std::uint16_t>(i + 1));
    files_.write_atomic(file, encode_grey_png(numbers, segments.size() < 256 ? 8 : 16));
  });
}

void SegmentFiles::write_overlay_at(const DecodeLimits& limits, const std::filesystem::path& file,
                                    const std::string& picture, const Overlay& overlay) {
  const ImageInfo info = read_image_info(picture, limits);
  pipeline_.with_memory(overlay_bytes(info), "writing the overlay " + file.string(), [&] {
    const Image image = decode_image(picture, limits);
    std::vector<Mask> masks;
    masks.reserve(overlay.masks.size());
    std::vector<DrawnMask> drawn;
    for (const DrawnMask& each : overlay.masks) {
      drawn.push_back(each);
      if (each.mask->size == image.size()) continue;
      masks.push_back(scaled(*each.mask, image.size()));
      drawn.back().mask = &masks.back();
    }
    files_.write_atomic(file, encode_jpeg(draw_masks(image, drawn, overlay.drawing).view()));
  });
}

void SegmentFiles::write_overlay(const std::filesystem::path& file, const std::string& picture, const Mask& mask,
                                 const DecodeLimits& limits) {
  constexpr Colour green = {30, 220, 90};
  write_overlay_fitting(file, picture, {{{&mask, green, {}}}, {MaskView::overlay, 0.5, false}}, limits);
}

void SegmentFiles::write_segments_overlay(const std::filesystem::path& file, const std::string& picture,
                                          const Segments& segments, const DecodeLimits& limits) {
  constexpr double opacity = 0.45;
  Overlay overlay{{}, {MaskView::overlay, opacity, true}};
  for (std::size_t i = 0; i < segments.size(); ++i) {
    overlay.masks.push_back({&segments[i]->mask, class_colour(static_cast<int>(i)), {}});
  }
  std::sort(overlay.masks.begin(), overlay.masks.end(),
            [](const DrawnMask& a, const DrawnMask& b) { return mask_area(*a.mask) > mask_area(*b.mask); });
  write_overlay_fitting(file, picture, overlay, limits);
}

void SegmentFiles::write_overlay_fitting(const std::filesystem::path& file, const std::string& picture,
                                         const Overlay& overlay, const DecodeLimits& limits) {
  DecodeLimits full = limits;
  full.max_side = 0;
  full.max_working_pixels = full.max_pixels;
  std::optional<DecodeLimits> reduced;
  try {
    return write_overlay_at(full, file, picture, overlay);
  } catch (const MemoryExhausted&) {
    reduced = fitting(limits, picture, host_.report().available_bytes());
    if (!reduced) throw;
  }
  write_overlay_at(*reduced, file, picture, overlay);
  const ImageInfo info = read_image_info(picture, *reduced);
  spdlog::warn("{} shows the picture reduced to {}x{}: its {}x{} pixels do not fit into memory", file.string(),
               info.working_size.width, info.working_size.height, info.file_size.width, info.file_size.height);
}

}  // namespace sam
