#include "image/tile_grid.h"

#include <algorithm>
#include <stdexcept>

namespace sam {
namespace {

int halve(int side, int times) {
  return static_cast<int>((static_cast<std::int64_t>(side) + (std::int64_t{1} << times) - 1) >> times);
}

std::uint64_t tiles_before_level(Size picture, int level) {
  std::uint64_t count = 0;
  for (int i = 0; i < level; ++i) {
    count += pixel_count(tile_grid(picture, i));
  }
  return count;
}

}  // namespace

int tile_levels(Size picture) {
  int levels = 1;
  while (halve(std::max(picture.width, picture.height), levels - 1) > tile_side) ++levels;
  return levels;
}

Size level_size(Size picture, int level) {
  return {halve(picture.width, level), halve(picture.height, level)};
}

Size tile_grid(Size picture, int level) {
  const Size size = level_size(picture, level);
  return {(size.width + tile_side - 1) / tile_side, (size.height + tile_side - 1) / tile_side};
}

Rectangle tile_area(Size picture, TileAddress tile) {
  const int levels = tile_levels(picture);
  if (tile.level < 0 || tile.level >= levels) {
    throw std::out_of_range("there is no tile level " + std::to_string(tile.level) + "; the picture has " +
                            std::to_string(levels));
  }
  const Size grid = tile_grid(picture, tile.level);
  if (tile.x < 0 || tile.x >= grid.width || tile.y < 0 || tile.y >= grid.height) {
    throw std::out_of_range("there is no tile " + std::to_string(tile.x) + ", " + std::to_string(tile.y) +
                            "; the level has " + std::to_string(grid.width) + " x " + std::to_string(grid.height));
  }
  const Size size = level_size(picture, tile.level);
  const int x = tile.x * tile_side;
  const int y = tile.y * tile_side;
  return {x, y, {std::min(tile_side, size.width - x), std::min(tile_side, size.height - y)}};
}

std::uint64_t tile_number(Size picture, TileAddress tile) {
  const auto columns = static_cast<std::uint64_t>(tile_grid(picture, tile.level).width);
  return tiles_before_level(picture, tile.level) + static_cast<std::uint64_t>(tile.y) * columns +
         static_cast<std::uint64_t>(tile.x);
}

std::uint64_t tile_count(Size picture) {
  return tiles_before_level(picture, tile_levels(picture));
}

}  // namespace sam
