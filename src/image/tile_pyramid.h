// One file that holds all tiles of a picture as JPEG: written while the picture's rows stream by, read tile by tile.
// The file: 8 bytes of name and version, the tiles' offsets and lengths (two little-endian 64-bit numbers each, in the order of
// tile_number), the tiles.
// Threading: a writer belongs to one thread; reading is free of state.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "image/orientation.h"
#include "image/tiles.h"
#include "platform/unique_descriptor.h"

namespace sam {

class TilePyramidWriter {
 public:
  // stored: the size of the picture whose rows will come; the tiles are made upright. Memory: 512 rows and half as much again.
  // Throws ImageError if the file cannot be made; so do the other functions if it cannot be written.
  TilePyramidWriter(const std::filesystem::path& path, Size stored, Orientation orientation);
  TilePyramidWriter(const TilePyramidWriter&) = delete;
  TilePyramidWriter& operator=(const TilePyramidWriter&) = delete;

  void add_row(const std::uint8_t* rgb);  // 3 * stored.width bytes
  void finish();                          // after the last row

 private:
  struct Level {
    Size size;                          // as stored
    std::vector<std::uint8_t> strip;    // the rows since the last row of tiles was written
    std::vector<std::uint8_t> waiting;  // the upper one of two rows that are to be halved
    int next_row = 0;
    int strip_top = 0;
  };

  void add_row(int level, const std::uint8_t* rgb);
  void halve_into_next(int level, const std::uint8_t* upper, const std::uint8_t* lower);
  bool ends_tiles(int level) const;
  void write_strip(int level);
  void write_tile(int level, Rectangle stored_part);
  void write_bytes(const void* bytes, std::size_t count, std::uint64_t offset);

  Size stored_;
  Orientation orientation_;
  UniqueDescriptor descriptor_;
  std::uint64_t end_;  // of the file so far
  std::vector<std::uint64_t> index_;
  std::vector<Level> levels_;
};

// JPEG bytes. picture: the upright size. Nothing if the file does not exist or is not whole.
std::optional<std::string> read_tile(const std::filesystem::path& pyramid, Size picture, TileAddress tile);

}  // namespace sam
