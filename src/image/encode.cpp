#include "image/encode.h"

#include <vips/vips.h>

#include <vector>

#include "image/decode.h"
#include "image/jpeg.h"
#include "image/picture_file.h"

namespace sam {

std::string encode_mask_png(const Mask& mask) {
  const std::vector<std::uint8_t> bits = mask_to_bits(mask);
  const VipsHandle image(
      vips_image_new_from_memory(bits.data(), bits.size(), mask.size.width, mask.size.height, 1, VIPS_FORMAT_UCHAR));
  return save_png(image.get());
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
