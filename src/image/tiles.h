// What the page shows: a proxy of the whole picture (at most proxy_side pixels on its longer side) and, zoomed in, tiles of a
// pyramid. Level 0 is full size, each further level halves it; tile (level, x, y) covers tile_side pixels of that level.
// Tiles are cut from the file by streaming; a 200 MP TIFF is never held whole. Output is JPEG.
// Threading: functions may be called from any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "image/decode.h"

namespace sam {

inline constexpr int proxy_side = 2048;
inline constexpr int tile_side = 512;

struct TileAddress {
  int level = 0;
  int x = 0;
  int y = 0;
};

// Number of levels of a picture's pyramid: the last fits in one tile. Sides are rounded up when halved.
int tile_levels(Size picture);

// JPEG bytes. Throws ImageError.
std::string make_proxy(const std::filesystem::path& path, const DecodeLimits& limits, int max_side = proxy_side);

// JPEG bytes; tiles at the right and lower edge are smaller. Throws ImageError; std::out_of_range if there is no such tile.
// Files that cannot be read at random (JPEG, PNG, …) are unpacked once into a tiled file under cache_folder, whose size is
// bounded by the caller's use of trim_tile_cache.
std::string make_tile(const std::filesystem::path& path, const DecodeLimits& limits, TileAddress tile,
                      const std::filesystem::path& cache_folder);

// Removes unpacked pictures from the cache, those not used for longest first, until they take at most max_bytes; those used
// in the last minute stay. Failures are left for the next time.
void trim_tile_cache(const std::filesystem::path& cache_folder, std::uint64_t max_bytes);

}  // namespace sam
