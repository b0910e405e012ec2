#include "image/decode.h"

#include <vips/vips.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <thread>

#include "image/antialiased_reducer.h"
#include "image/area_reducer.h"
#include "image/picture_file.h"

namespace sam {
namespace {

// Decoding is mostly serial; more threads cost memory for their strips and take the engines' cores.
constexpr int max_vips_threads = 4;

// How small a JPEG may be decoded: what is left a side, in parts of what is wanted, and the strongest reduction. Area resize averages as the
// decoder does. For the antialiased filter the decoder's own blur must stay small beside the filter's: from 6000 to 1024 pixels a quarter
// differs by 0.3 levels of 255 in the mean (half: 0.2), 1.3 where everything is sharp to the pixel (half: 0.4). An eighth saves little more.
struct JpegReduction {
  double margin;
  int most;
};
constexpr JpegReduction for_area{1, 8};
constexpr JpegReduction for_antialiasing{1.4, 4};

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

// The strongest reduction a JPEG decoder can make for free.
int jpeg_shrink(const PictureFile& file, Size wanted, const JpegReduction& allowed) {
  if (file.format() != FileFormat::jpeg) return 1;
  const Size whole = file.file_size();
  const double margin = allowed.margin;
  int shrink = allowed.most;
  while (shrink > 1 && (whole.width < margin * wanted.width * shrink || whole.height < margin * wanted.height * shrink))
    shrink /= 2;
  return shrink;
}

// How a file becomes what is wanted of it.
struct Plan {
  Size working;  // upright
  Size decoded;  // upright
  Size wanted;   // decoded, as stored
  int shrink = 1;
};

Plan make_plan(const PictureFile& file, const DecodeLimits& limits, Size looked_at) {
  Plan plan;
  plan.working = fit(turn_size(file.file_size(), file.orientation()), limits);
  plan.decoded = find_decoded_size(plan.working, looked_at);
  plan.wanted = turn_size(plan.decoded, file.orientation());
  plan.shrink = jpeg_shrink(file, plan.wanted, plan.decoded == plan.working ? for_area : for_antialiasing);
  return plan;
}

// Whether the decoder must hold the whole picture before it gives the first row.
bool is_held_whole(const PictureFile& file) {
  if (file.format() == FileFormat::webp) return true;
  int interlaced = 0;
  return vips_image_get_typeof(file.vips(), "interlaced") != 0 &&
         vips_image_get_int(file.vips(), "interlaced", &interlaced) == 0 && interlaced != 0;
}

// The picture (twice while it is turned), what the decoder holds and its strips in flight; measured, see decode_test.
std::uint64_t decode_bytes(const PictureFile& file, const Plan& plan) {
  const std::uint64_t picture = 3 * pixel_count(plan.decoded) * (file.orientation() == 1 ? 1 : 2);
  const std::uint64_t whole = is_held_whole(file) ? held_bytes_per_pixel * pixel_count(file.file_size()) : 0;
  const Size read = {file.file_size().width / plan.shrink + 1, file.file_size().height / plan.shrink + 1};
  const std::uint64_t strips = strip_rows * 3 * static_cast<std::uint64_t>(read.width);
  return picture + whole + std::min(strips, 3 * pixel_count(read)) + (1 << 20);
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

template <typename Reducer>
Image read_reduced(const PictureFile& file, int shrink, Size to) {
  const Size whole = file.file_size();
  Reducer reducer(file.size(), static_cast<double>(whole.width) / shrink, static_cast<double>(whole.height) / shrink,
                  to);
  file.read_rows({0, 0, file.size()}, [&](const std::uint8_t* rgb) { reducer.add_row(rgb); });
  return reducer.finish();
}

Image read_as_planned(const PictureFile& file, const Plan& plan) {
  if (plan.wanted == file.file_size()) return read_whole(file);
  if (plan.decoded == plan.working) return read_reduced<AreaReducer>(file, plan.shrink, plan.wanted);
  return read_reduced<AntialiasedReducer>(file, plan.shrink, plan.wanted);
}

}  // namespace

Size find_decoded_size(Size working, Size looked_at) {
  if (looked_at == Size{}) return working;
  const Size fitted = fitted_size(working, looked_at);
  return fitted.width <= working.width && fitted.height <= working.height ? fitted : working;
}

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

ImageInfo read_image_info(const std::filesystem::path& path, const DecodeLimits& limits, Size looked_at) {
  const PictureFile file(path, limits, PictureAccess::sequential);
  const Plan plan = make_plan(file, limits, looked_at);
  return {turn_size(file.file_size(), file.orientation()), plan.working,      plan.decoded, decode_bytes(file, plan),
          std::string(format_name(file.format())),         file.orientation()};
}

Image decode_image(const std::filesystem::path& path, const DecodeLimits& limits, Size looked_at) {
  const PictureFile file(path, limits, PictureAccess::sequential);
  const Plan plan = make_plan(file, limits, looked_at);
  const Image stored = plan.shrink == 1 ? read_as_planned(file, plan)
                                        : read_as_planned({path, limits, PictureAccess::sequential, plan.shrink}, plan);
  return file.orientation() == 1 ? stored : make_upright(stored.view(), file.orientation());
}

}  // namespace sam
