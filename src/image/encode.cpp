#include "image/encode.h"

#include <vips/vips.h>

#include <memory>
#include <vector>

#include "image/decode.h"
#include "image/jpeg.h"
#include "image/picture_file.h"

namespace sam {
namespace {

// bytes must outlive the handle.
VipsHandle wrap(const std::vector<std::uint8_t>& bytes, Size size) {
  VipsHandle image(
      vips_image_new_from_memory(bytes.data(), bytes.size(), size.width, size.height, 1, VIPS_FORMAT_UCHAR));
  if (!image) throw ImageError("cannot write a picture: " + take_vips_error());
  return image;
}

std::string take(void* buffer, std::size_t size, int status) {
  if (status != 0) throw ImageError("cannot write a picture: " + take_vips_error());
  const std::unique_ptr<void, GlibFree> owned(buffer);
  return {static_cast<const char*>(buffer), size};
}

}  // namespace

std::string encode_mask_png(const Mask& mask) {
  const std::vector<std::uint8_t> bits = mask_to_bits(mask);
  const VipsHandle image = wrap(bits, mask.size);
  void* buffer = nullptr;
  std::size_t size = 0;
  const int status = vips_pngsave_buffer(image.get(), &buffer, &size, "compression", 6, nullptr);
  return take(buffer, size, status);
}

std::string encode_overlay_jpeg(const Image& picture, const Mask& mask) {
  const std::vector<std::uint8_t> bits = mask_to_bits(mask);
  const ImageView view = picture.view();
  std::vector<std::uint8_t> painted(view.pixels, view.pixels + picture.byte_size());
  constexpr int colour[3] = {30, 220, 90};
  for (std::size_t i = 0; i < bits.size(); ++i) {
    if (bits[i] == 0) continue;
    for (std::size_t band = 0; band < 3; ++band) {
      std::uint8_t& value = painted[3 * i + band];
      value = static_cast<std::uint8_t>((value + colour[band]) / 2);
    }
  }
  return encode_jpeg({painted.data(), picture.size(), std::size_t{3} * picture.size().width});
}

}  // namespace sam
