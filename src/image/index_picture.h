// Pictures of numbers: each pixel says which class or object it belongs to, 0 none. Datasets keep them as PNG, grey or with a palette.
// Threading: values; free functions may be called from any thread after start_image_library().
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "image/decode.h"
#include "image/mask.h"

namespace sam {

using Colour = std::array<std::uint8_t, 3>;

struct IndexPicture {
  Size size;
  std::vector<std::uint16_t> indices;  // row-major
  bool operator==(const IndexPicture&) const = default;
};

// All 0. Throws MaskError for a size that no mask has.
IndexPicture make_index_picture(Size size);

// Sets the mask's pixels to index, over what is there. Requires equal sizes.
void paint(IndexPicture& picture, const Mask& mask, std::uint16_t index);

// The mask of each number but 0 that occurs, by number. One pass; memory grows with the runs.
std::vector<std::pair<std::uint16_t, Mask>> split_indices(const IndexPicture& picture);

// PNG of one channel; bits: 8 or 16. Requires indices that fit. Throws std::bad_alloc.
std::string encode_grey_png(const IndexPicture& picture, int bits);
// 8 bit with a palette; requires indices below its length, which is at most 256. Throws std::bad_alloc.
std::string encode_palette_png(const IndexPicture& picture, std::span<const Colour> palette);
// 8-bit RGB: colours[index]. Throws std::bad_alloc.
std::string encode_colour_png(const IndexPicture& picture, std::span<const Colour> colours);

struct DecodedIndices {
  IndexPicture picture;
  // What the numbers look like: of a file with a palette, its palette; of one in colour, black (0) and then its other colours in the order in
  // which they come (an alpha channel is passed over). Empty: grey, and the numbers are the file's samples.
  std::vector<Colour> colours;
};

// Size from the header, without decoding. Throws ImageError: not a PNG, cut short.
Size read_png_size(std::string_view png);
// Throws ImageError: not a PNG, cut short or damaged, more than max_pixels (before memory is taken), more than 65536 colours, 16-bit colour.
DecodedIndices decode_index_png(std::string_view png, std::uint64_t max_pixels);

}  // namespace sam
