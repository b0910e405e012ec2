// From a picture file to pixels, through libvips: JPEG, PNG, WebP, BMP, TIFF; grey, palette, alpha (laid over white), 8 and 16 bit.
// EXIF orientation is applied here, once; everything after speaks of the upright picture.
// Threading: all functions may be called from any thread after start_image_library().
#pragma once

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "image/image.h"

namespace sam {

// Why a file is not used, in words for the user; the path is not part of it.
class ImageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct DecodeLimits {
  std::uint64_t max_pixels = 500'000'000;  // --max-image-pixels; checked before memory for pixels is taken
  int max_side = 0;  // --max-image-size; longer pictures are reduced by area resize; 0: as they are
  // What is worked on is never larger, so that a picture of 500 MP needs no more memory than this; viewing is at full size.
  std::uint64_t max_working_pixels = 32'000'000;
};

struct ImageInfo {
  Size file_size;     // upright, as in the file
  Size working_size;  // after max_side and max_working_pixels; what annotations' coordinates refer to is file_size
  Size decoded_size;  // what decode_image returns: the working size, or less for who looks at less
  std::uint64_t decode_bytes = 0;  // what decode_image takes at its highest, the picture included; an upper bound
  std::string format;              // "JPEG", "PNG", "WebP", "BMP", "TIFF"
  int orientation = 1;             // how the file has it (EXIF; see orientation.h); the sizes are upright all the same
};

// Call once from main before any other function here: switches off libvips' operation cache and its loaders for untrusted
// formats. Throws std::runtime_error if the library does not start.
void start_image_library(const char* program_name);

// What is decoded of a picture for who looks at no more than `looked_at` of it: the working size fitted into that, if that is a reduction.
// 0 x 0: all of it.
Size find_decoded_size(Size working, Size looked_at);

// Reads the header only. Throws ImageError (empty, not a picture, mislabelled, over max_pixels, unsupported).
ImageInfo read_image_info(const std::filesystem::path& path, const DecodeLimits& limits, Size looked_at = {});

// The upright picture at info.decoded_size: the working size by area resize, less by AntialiasedReducer from the file's pixels. The larger picture
// is never held; JPEG is decoded at reduced scale where that suffices. Throws ImageError; a truncated file is an error, never a half grey
// picture.
Image decode_image(const std::filesystem::path& path, const DecodeLimits& limits, Size looked_at = {});

// Area resize (INTER_AREA when reducing, bilinear when enlarging).
Image resize_area(ImageView view, Size to);

}  // namespace sam
