// Where the tiles of a pyramid lie.
// Threading: free functions without state.
#pragma once

#include "image/orientation.h"
#include "image/tiles.h"

namespace sam {

// The picture's size on a level: halved so many times, rounded up.
Size level_size(Size picture, int level);

// Columns and rows of tiles on a level.
Size tile_grid(Size picture, int level);

// The part of its level that a tile covers. Throws std::out_of_range if there is no such tile.
Rectangle tile_area(Size picture, TileAddress tile);

// The tile's place in the list of all tiles: level by level, row by row. Requires a tile that exists.
std::uint64_t tile_number(Size picture, TileAddress tile);

// The number of all tiles.
std::uint64_t tile_count(Size picture);

}  // namespace sam
