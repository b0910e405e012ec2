// Windows bitmaps, uncompressed: 1, 4 and 8 bits with a palette, 24 and 32 bits; either row order. (libvips reads them only
// through ImageMagick, which is blocked as untrusted.)
// Threading: an open file may be read from several threads at once.
// Ownership: a BmpFile owns its file descriptor.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>

#include "image/geometry.h"

namespace sam {

struct BmpHeader {
  Size size;
  bool top_down = false;
  int bits_per_pixel = 0;
  bool has_alpha = false;
  std::uint64_t pixels_offset = 0;  // in the file
  std::uint64_t stride_bytes = 0;
  std::array<std::uint8_t, 256 * 3> palette{};  // RGB; missing entries are black
};

// head: the first bytes of the file, as many as there are, at most 64 KiB are needed. Throws ImageError if it is no bitmap of the
// supported kinds or if file_bytes cannot hold its pixels.
BmpHeader parse_bmp_header(std::span<const std::uint8_t> head, std::uint64_t file_bytes);

class BmpFile {
 public:
  explicit BmpFile(const std::filesystem::path& path);  // throws ImageError
  ~BmpFile();
  BmpFile(const BmpFile&) = delete;
  BmpFile& operator=(const BmpFile&) = delete;

  Size size() const { return header_.size; }
  // Pixels [x, x + count) of a row, as RGB over white. False if the file could not be read.
  bool read_row(int y, int x, int count, std::uint8_t* rgb) const;

 private:
  int descriptor_;
  BmpHeader header_;
};

}  // namespace sam
