// COCO's compressed run lengths: a mask of the size it was said to have, and the same text again from it.
#include "fuzz_target.h"
#include "image/mask.h"

namespace sam {

void fuzz_one(std::string_view input) {
  if (input.size() < 2) return;
  const Size size{1 + static_cast<unsigned char>(input[0]), 1 + static_cast<unsigned char>(input[1])};
  passes_or_throws<MaskError>([&] {
    const Mask mask = mask_from_coco_string(input.substr(2), size);
    std::uint64_t pixels = 0;
    for (std::uint32_t run : mask.runs) pixels += run;
    require(pixels == pixel_count(size));
    require(mask_from_coco_string(mask_to_coco_string(mask), size) == mask);
    require(mask_from_bits(mask_to_bits(mask), size).size == size);
  });
}

}  // namespace sam
