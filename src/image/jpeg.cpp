#include "image/jpeg.h"

#include <vips/vips.h>

#include "image/picture_file.h"

namespace sam {

std::string encode_jpeg(ImageView view) {
  constexpr int quality = 88;
  const auto refuse = [] { throw ImageError("cannot be shown: " + take_vips_error()); };
  const std::size_t bytes = view.stride_bytes * view.size.height;
  VipsImage* raw =
      vips_image_new_from_memory(view.pixels, bytes, view.size.width, view.size.height, 3, VIPS_FORMAT_UCHAR);
  if (raw == nullptr) refuse();
  const VipsHandle raw_handle(raw);
  VipsImage* image = nullptr;
  if (vips_copy(raw, &image, "interpretation", VIPS_INTERPRETATION_sRGB, nullptr) != 0) refuse();
  const VipsHandle handle(image);
  void* buffer = nullptr;
  std::size_t length = 0;
  if (vips_jpegsave_buffer(image, &buffer, &length, "Q", quality, "strip", TRUE, nullptr) != 0) refuse();
  const std::unique_ptr<void, GlibFree> owned(buffer);
  return {static_cast<const char*>(buffer), length};
}

}  // namespace sam
