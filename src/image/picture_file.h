// An open picture file: a lazy libvips image of 8-bit RGB, as stored (not yet upright), whose pixels are decoded as they are read.
// Threading: one thread at a time; different objects are independent.
// Ownership: a PictureFile owns the libvips image and, through it, the open file.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "image/decode.h"
#include "image/file_format.h"
#include "image/orientation.h"

struct _VipsImage;  // libvips' own name

namespace sam {

struct VipsUnref {
  void operator()(_VipsImage* image) const;
};
using VipsHandle = std::unique_ptr<_VipsImage, VipsUnref>;

// What libvips and glib hand over.
struct GlibFree {
  void operator()(void* bytes) const;
};
using GlibText = std::unique_ptr<char, GlibFree>;

enum class PictureAccess {
  sequential,
  random
};  // sequential: rows are read once, from top to bottom, in little memory

class PictureFile {
 public:
  // Reads the header. shrink: 1, 2, 4 or 8; only JPEG is decoded smaller. Throws ImageError (see read_image_info).
  PictureFile(const std::filesystem::path& path, const DecodeLimits& limits, PictureAccess access, int shrink = 1);

  FileFormat format() const { return format_; }
  Orientation orientation() const { return orientation_; }
  Size file_size() const { return file_size_; }  // as stored, whatever the shrink
  Size size() const;                             // as stored, after the shrink: sides rounded down
  _VipsImage* vips() const { return image_.get(); }

  // Calls use with the rows of a part of the picture, top to bottom. Throws ImageError if the file is damaged.
  void read_rows(Rectangle part, const std::function<void(const std::uint8_t* rgb)>& use) const;

 private:
  FileFormat format_;
  Orientation orientation_ = 1;
  Size file_size_;
  VipsHandle image_;
};

// Calls use with the rows of a part of an image, top to bottom. False if it is damaged; take_vips_error() says how. Throws std::bad_alloc.
bool read_rows(_VipsImage* image, Rectangle part, const std::function<void(const std::uint8_t* row)>& use);

// The image as a PNG file. Throws std::bad_alloc: into memory nothing else can fail (libpng does not say so). Null is what libvips gave instead of one.
std::string save_png(_VipsImage* image);

// What libvips says went wrong, on one line; forgets it. (The library keeps one text for all threads.) Throws std::bad_alloc if that is
// memory: the picture is not to blame.
std::string take_vips_error();

}  // namespace sam
