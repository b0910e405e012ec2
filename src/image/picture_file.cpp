#include "image/picture_file.h"

#include <vips/vips.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <new>
#include <utility>

#include "image/bmp.h"

namespace sam {
namespace {

[[noreturn]] void refuse_damaged(FileFormat format) {
  throw ImageError("is a damaged or truncated " + std::string(format_name(format)) + " file (" + take_vips_error() +
                   "): copy it again from its source");
}

struct RegionUnref {
  void operator()(VipsRegion* region) const { g_object_unref(region); }
};

int generate_bmp(VipsRegion* region, void*, void* file, void*, gboolean*) {
  const VipsRect& area = region->valid;
  for (int y = area.top; y < area.top + area.height; ++y) {
    try {
      if (static_cast<BmpFile*>(file)->read_row(y, area.left, area.width, VIPS_REGION_ADDR(region, area.left, y)))
        continue;
      vips_error("bmp", "row %d cannot be read", y);
    } catch (const std::bad_alloc&) {  // which must not pass through libvips
      vips_error("bmp", "out of memory");
    }
    return -1;
  }
  return 0;
}

void close_bmp(VipsImage*, void* file) {
  delete static_cast<BmpFile*>(file);
}

VipsHandle open_bmp(const std::filesystem::path& path) {
  auto file = std::make_unique<BmpFile>(path);
  VipsHandle image(vips_image_new());
  vips_image_init_fields(image.get(), file->size().width, file->size().height, 3, VIPS_FORMAT_UCHAR, VIPS_CODING_NONE,
                         VIPS_INTERPRETATION_sRGB, 1, 1);
  BmpFile* shared = file.release();
  g_signal_connect(image.get(), "close", G_CALLBACK(close_bmp), shared);
  if (vips_image_pipelinev(image.get(), VIPS_DEMAND_STYLE_THINSTRIP, nullptr) != 0 ||
      vips_image_generate(image.get(), nullptr, generate_bmp, nullptr, shared, nullptr) != 0) {
    refuse_damaged(FileFormat::bmp);
  }
  return image;
}

int load(FileFormat format, const char* path, VipsAccess access, int shrink, VipsImage** out) {
  constexpr VipsFailOn fail_on = VIPS_FAIL_ON_ERROR;  // which includes truncated files
  switch (format) {
    case FileFormat::jpeg:
      return vips_jpegload(path, out, "access", access, "fail_on", fail_on, "shrink", shrink, nullptr);
    case FileFormat::png:
      return vips_pngload(path, out, "access", access, "fail_on", fail_on, nullptr);
    case FileFormat::webp:
      return vips_webpload(path, out, "access", access, "fail_on", fail_on, nullptr);
    default:
      return vips_tiffload(path, out, "access", access, "fail_on", fail_on, nullptr);
  }
}

// Further pages may be smaller copies (a pyramid, a thumbnail); others are content that would be lost.
void check_pages(const std::filesystem::path& path, VipsImage* image) {
  const int pages = vips_image_get_n_pages(image);
  if (pages < 2) return;
  VipsImage* second = nullptr;
  if (vips_tiffload(path.c_str(), &second, "page", 1, nullptr) != 0) refuse_damaged(FileFormat::tiff);
  const VipsHandle handle(second);
  if (vips_image_get_width(second) < vips_image_get_width(image)) return;
  throw ImageError("is a TIFF file of " + std::to_string(pages) + " pages; one is read: split it");
}

void check_pixels(Size size, const DecodeLimits& limits) {
  const std::uint64_t pixels = pixel_count(size);
  if (pixels <= limits.max_pixels) return;
  char text[200];
  std::snprintf(
      text, sizeof text,
      "has %.1f megapixels (%d x %d); the limit is %.1f: raise --max-image-pixels or make the picture smaller",
      static_cast<double>(pixels) / 1e6, size.width, size.height, static_cast<double>(limits.max_pixels) / 1e6);
  throw ImageError(text);
}

// Puts one more step on the pipeline.
template <typename Step>
void add_step(VipsHandle& image, FileFormat format, Step step) {
  VipsImage* out = nullptr;
  if (step(image.get(), &out) != 0) refuse_damaged(format);
  image.reset(out);
}

bool needs_colour_conversion(VipsImage* image) {
  switch (vips_image_get_interpretation(image)) {
    case VIPS_INTERPRETATION_MULTIBAND:
    case VIPS_INTERPRETATION_B_W:
    case VIPS_INTERPRETATION_GREY16:
    case VIPS_INTERPRETATION_RGB:
    case VIPS_INTERPRETATION_RGB16:
    case VIPS_INTERPRETATION_sRGB:
      return false;
    default:
      return true;  // CMYK, LAB
  }
}

void to_eight_bits(VipsHandle& image, FileFormat format) {
  const VipsBandFormat samples = vips_image_get_format(image.get());
  if (samples == VIPS_FORMAT_UCHAR) return;
  if (samples != VIPS_FORMAT_USHORT) {
    throw ImageError("has samples of the kind " + std::string(vips_enum_nick(VIPS_TYPE_BAND_FORMAT, samples)) +
                     "; 8 and 16 bit without sign are read: convert it");
  }
  add_step(image, format, [](VipsImage* in, VipsImage** out) {
    return vips_cast(in, out, VIPS_FORMAT_UCHAR, "shift", TRUE, nullptr);
  });
}

void to_three_bands(VipsHandle& image, FileFormat format) {
  const int bands = vips_image_get_bands(image.get());
  if (bands > 4) throw ImageError("has " + std::to_string(bands) + " channels; 1 to 4 are read: convert it to RGB");
  if (bands == 2 || bands == 4) {
    add_step(image, format, [](VipsImage* in, VipsImage** out) {
      VipsArrayDouble* white = vips_array_double_newv(1, 255.0);
      const int failed = vips_flatten(in, out, "background", white, nullptr);
      vips_area_unref(VIPS_AREA(white));
      return failed;
    });
  }
  if (bands <= 2) {
    add_step(image, format, [](VipsImage* in, VipsImage** out) {
      VipsImage* same[3] = {in, in, in};
      return vips_bandjoin(same, out, 3, nullptr);
    });
  }
}

// When its cache of lines cannot have memory, libvips 8.14 leaves them black and tells so in its text only. Throws std::bad_alloc.
void require_all_lines() {
  if (std::strstr(vips_error_buffer(), "memory") != nullptr) take_vips_error();
}

}  // namespace

void VipsUnref::operator()(_VipsImage* image) const {
  g_object_unref(image);
}

// Memory that could not be had, libvips and the libraries under it say in words only: "out of memory", "Insufficient memory", "Cannot allocate memory".
std::string take_vips_error() {
  const GlibText buffer(vips_error_buffer_copy());
  std::string text = buffer.get();
  // libtiff calls it a failed allocation too when a damaged directory asks for nothing ("0 elements of 12 bytes each").
  const bool asked_for_nothing = text.find("(0 elements") != std::string::npos;
  if (text.find("memory") != std::string::npos && !asked_for_nothing) throw std::bad_alloc();
  text = text.substr(0, text.find('\n'));
  return text.empty() ? "no reason given" : text;
}

std::string save_png(VipsImage* image) {
  void* buffer = nullptr;
  std::size_t length = 0;
  if (image == nullptr || vips_pngsave_buffer(image, &buffer, &length, "compression", 6, nullptr) != 0) {
    take_vips_error();
    throw std::bad_alloc();
  }
  const std::unique_ptr<void, GlibFree> owned(buffer);
  require_all_lines();
  return {static_cast<const char*>(buffer), length};
}

void GlibFree::operator()(void* bytes) const {
  g_free(bytes);
}

PictureFile::PictureFile(const std::filesystem::path& path, const DecodeLimits& limits, PictureAccess access,
                         int shrink)
    : format_(find_file_format(path)) {
  if (format_ == FileFormat::bmp) {
    image_ = open_bmp(path);
  } else {
    const auto vips_access = access == PictureAccess::sequential ? VIPS_ACCESS_SEQUENTIAL : VIPS_ACCESS_RANDOM;
    VipsImage* image = nullptr;
    if (load(format_, path.c_str(), vips_access, shrink, &image) != 0) refuse_damaged(format_);
    image_.reset(image);
  }
  if (format_ == FileFormat::tiff) check_pages(path, image_.get());
  orientation_ = std::clamp(vips_image_get_orientation(image_.get()), 1, 8);
  file_size_ = size();
  if (format_ == FileFormat::jpeg && shrink > 1) file_size_ = PictureFile(path, limits, access).file_size();
  check_pixels(file_size_, limits);
  if (needs_colour_conversion(image_.get())) {
    add_step(image_, format_, [](VipsImage* in, VipsImage** out) {
      return vips_colourspace(in, out, VIPS_INTERPRETATION_sRGB, nullptr);
    });
  }
  to_eight_bits(image_, format_);
  to_three_bands(image_, format_);
}

Size PictureFile::size() const {
  return {vips_image_get_width(image_.get()), vips_image_get_height(image_.get())};
}

bool read_rows(VipsImage* image, Rectangle part, const std::function<void(const std::uint8_t* row)>& use) {
  constexpr int strip_rows = 64;
  const std::unique_ptr<VipsRegion, RegionUnref> region(vips_region_new(image));
  const int end = part.y + part.size.height;
  for (int y = part.y; y < end; y += strip_rows) {
    const VipsRect strip{part.x, y, part.size.width, std::min(strip_rows, end - y)};
    if (vips_region_prepare(region.get(), &strip) != 0) return false;
    require_all_lines();
    for (int row = y; row < y + strip.height; ++row) use(VIPS_REGION_ADDR(region.get(), part.x, row));
  }
  return true;
}

void PictureFile::read_rows(Rectangle part, const std::function<void(const std::uint8_t* rgb)>& use) const {
  if (!sam::read_rows(image_.get(), part, use)) refuse_damaged(format_);
}

}  // namespace sam
