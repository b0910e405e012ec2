#include "image/encode.h"

#include <vips/vips.h>

#include <vector>

#include "image/picture_file.h"

namespace sam {

std::string encode_mask_png(const Mask& mask) {
  const std::vector<std::uint8_t> bits = mask_to_bits(mask);
  const VipsHandle image(
      vips_image_new_from_memory(bits.data(), bits.size(), mask.size.width, mask.size.height, 1, VIPS_FORMAT_UCHAR));
  return save_png(image.get());
}

std::string encode_picture_png(const Image& picture) {
  const ImageView view = picture.view();
  const VipsHandle image(vips_image_new_from_memory(view.pixels, picture.byte_size(), view.size.width, view.size.height,
                                                    3, VIPS_FORMAT_UCHAR));
  if (image) image->Type = VIPS_INTERPRETATION_sRGB;
  return save_png(image.get());
}

}  // namespace sam
