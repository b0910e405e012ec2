#include "image/decode.h"

#include <vips/vips.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <thread>

#include "image/area_reducer.h"
#include "image/picture_file.h"

namespace sam {
namespace {

// Decoding is mostly serial; more threads cost memory for their strips and take the engines' cores.
constexpr int max_vips_threads = 4;

constexpr std::uint64_t strip_rows = 1024;  // of all threads
constexpr std::uint64_t held_bytes_per_pixel =
    6;  // a progressive JPEG's coefficients without subsampling, the most of all

Size fit(Size size, const DecodeLimits& limits) {
  const double longest = std::max(size.width, size.height);
  const double pixels = static_cast<double>(size.width) * size.height;
  double scale = std::sqrt(static_cast<double>(limits.max_working_pixels) / pixels);
  if (limits.max_side > 0) scale = std::min(scale, limits.max_side / longest);
  if (scale >= 1) return size;
  const auto side = [&](int length) { return std::max(1, static_cast<int>(std::lround(length * scale))); };
  return {side(size.width), side(size.height)};
}

// The strongest reduction a JPEG decoder can make for free that leaves at least the wanted size.
int jpeg_shrink(const PictureFile& file, Size wanted) {
  if (file.format() != FileFormat::jpeg) return 1;
  int shrink = 8;
  while (shrink > 1 &&
         (file.file_size().width < wanted.width * shrink || file.file_size().height < wanted.height * shrink)) {
    shrink /= 2;
  }
  return shrink;
}

// Whether the decoder must hold the whole picture before it gives the first row.
bool is_held_whole(const PictureFile& file) {
  if (file.format() == FileFormat::webp) return true;
  int interlaced = 0;
  return vips_image_get_typeof(file.vips(), "interlaced") != 0 &&
         vips_image_get_int(file.vips(), "interlaced", &interlaced) == 0 && interlaced != 0;
}

// The picture (twice while it is turned), what the decoder holds and its strips in flight; measured, see decode_test.
std::uint64_t decode_bytes(const PictureFile& file, Size working) {
  const std::uint64_t picture = 3 * pixel_count(working) * (file.orientation() == 1 ? 1 : 2);
  const std::uint64_t whole = is_held_whole(file) ? held_bytes_per_pixel * pixel_count(file.file_size()) : 0;
  const std::uint64_t strips = strip_rows * 3 * static_cast<std::uint64_t>(file.file_size().width);
  return picture + whole + std::min(strips, 3 * pixel_count(file.file_size())) + (1 << 20);
}

Image read_whole(const PictureFile& file) {
  const Size size = file.size();
  const std::size_t row_bytes = std::size_t{3} * size.width;
  auto pixels = std::make_shared_for_overwrite<std::uint8_t[]>(row_bytes * size.height);
  std::uint8_t* to = pixels.get();
  file.read_rows({0, 0, size}, [&](const std::uint8_t* rgb) {
    std::memcpy(to, rgb, row_bytes);
    to += row_bytes;
  });
  return Image(size, std::move(pixels));
}

Image read_reduced(const PictureFile& file, int shrink, Size to) {
  const Size whole = file.file_size();
  AreaReducer reducer(file.size(), static_cast<double>(whole.width) / shrink,
                      static_cast<double>(whole.height) / shrink, to);
  file.read_rows({0, 0, file.size()}, [&](const std::uint8_t* rgb) { reducer.add_row(rgb); });
  return reducer.finish();
}

}  // namespace

void start_image_library(const char* program_name) {
  if (VIPS_INIT(program_name) != 0) throw std::runtime_error("libvips does not start: " + take_vips_error());
  vips_block_untrusted_set(TRUE);
  vips_cache_set_max(0);
  vips_cache_set_max_mem(0);
  vips_cache_set_max_files(0);
  vips_concurrency_set(std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, max_vips_threads));
  // What libvips warns about, it also returns as errors where they matter.
  g_log_set_handler(
      "VIPS", static_cast<GLogLevelFlags>(G_LOG_LEVEL_WARNING | G_LOG_LEVEL_INFO | G_LOG_LEVEL_DEBUG),
      [](const char*, GLogLevelFlags, const char*, void*) {}, nullptr);
}

ImageInfo read_image_info(const std::filesystem::path& path, const DecodeLimits& limits) {
  const PictureFile file(path, limits, PictureAccess::sequential);
  const Size upright = turn_size(file.file_size(), file.orientation());
  const Size working = fit(upright, limits);
  return {upright, working, decode_bytes(file, working), std::string(format_name(file.format()))};
}

Image decode_image(const std::filesystem::path& path, const DecodeLimits& limits) {
  const PictureFile file(path, limits, PictureAccess::sequential);
  const Orientation orientation = file.orientation();
  const Size wanted = turn_size(fit(turn_size(file.file_size(), orientation), limits), orientation);
  const int shrink = jpeg_shrink(file, wanted);
  const bool is_whole = wanted == file.file_size();
  const Image stored = is_whole      ? read_whole(file)
                       : shrink == 1 ? read_reduced(file, 1, wanted)
                                     : read_reduced({path, limits, PictureAccess::sequential, shrink}, shrink, wanted);
  return orientation == 1 ? stored : make_upright(stored.view(), orientation);
}

}  // namespace sam
