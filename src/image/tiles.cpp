#include "image/tiles.h"

#include <vips/vips.h>

#include <algorithm>

#include "image/area_reducer.h"
#include "image/jpeg.h"
#include "image/picture_file.h"
#include "image/tile_cache.h"
#include "image/tile_grid.h"

namespace sam {
namespace {

constexpr std::int64_t small_pixels =
    4'000'000;                    // decoded whole for each tile: faster than looking for an unpacked one
constexpr int direct_levels = 3;  // of a tiled TIFF, cut from the file itself: at most 2048 x 2048 of its pixels a tile

// A part of one level of the picture, as stored, from the picture itself.
Image cut(const PictureFile& file, Rectangle part, int level) {
  const int scale = 1 << level;
  const Size size = file.size();
  const Rectangle whole{part.x * scale,
                        part.y * scale,
                        {std::min(part.size.width * scale, size.width - part.x * scale),
                         std::min(part.size.height * scale, size.height - part.y * scale)}};
  AreaReducer reducer(whole.size, part.size.width * scale, part.size.height * scale, part.size);
  file.read_rows(whole, [&](const std::uint8_t* rgb) { reducer.add_row(rgb); });
  return reducer.finish();
}

bool reads_at_random(const PictureFile& file, const std::filesystem::path& path) {
  if (file.format() == FileFormat::bmp) return true;
  return file.format() == FileFormat::tiff &&
         (vips_foreign_flags("tiffload", path.c_str()) & VIPS_FOREIGN_PARTIAL) != 0;
}

}  // namespace

std::string make_proxy(const std::filesystem::path& path, const DecodeLimits& limits, int max_side) {
  return encode_jpeg(decode_image(path, {.max_pixels = limits.max_pixels, .max_side = max_side}).view());
}

std::string make_tile(const std::filesystem::path& path, const DecodeLimits& limits, TileAddress tile,
                      const std::filesystem::path& cache_folder) {
  const PictureFile file(path, limits, PictureAccess::random);
  const Size size = file.file_size();
  const Size upright = turn_size(size, file.orientation());
  const Rectangle wanted = tile_area(upright, tile);
  const bool is_small = std::int64_t{size.width} * size.height <= small_pixels;
  const bool is_direct = is_small || (tile.level < direct_levels && reads_at_random(file, path));
  if (!is_direct) return read_cached_tile(path, limits, upright, tile, cache_folder);
  const Orientation orientation = file.orientation();
  const Image stored = cut(file, to_stored(wanted, level_size(size, tile.level), orientation), tile.level);
  return encode_jpeg(orientation == 1 ? stored.view() : make_upright(stored.view(), orientation).view());
}

}  // namespace sam
