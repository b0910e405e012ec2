// Pictures unpacked for reading at random: one tile pyramid each, in a folder that others may share.
// Threading: functions may be called from any thread and any process; two that want the same picture unpack it once.
// Ownership: the folder holds the files; trim_tile_cache (tiles.h) removes them.
#pragma once

#include <filesystem>
#include <string>

#include "image/decode.h"
#include "image/tiles.h"

namespace sam {

// The tile's JPEG bytes from the picture's pyramid; that is made now if the folder lacks it: the rows are streamed, a strip of them in
// memory at a time. upright: the picture's size. Requires a tile that exists. Throws ImageError if the picture or the folder
// does not allow it.
std::string read_cached_tile(const std::filesystem::path& path, const DecodeLimits& limits, Size upright,
                             TileAddress tile, const std::filesystem::path& cache_folder);

}  // namespace sam
