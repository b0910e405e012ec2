// SegmentationClass/ and SegmentationObject/: pictures whose pixels say class and object.
// Threading: free functions, no state.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dataset/formats/voc_colours.h"
#include "dataset/formats/voc_objects.h"

namespace sam {

struct VocPictures {
  std::string classes;  // bytes of a PNG
  std::string objects;
};

// numbers: of each annotation's class in the pictures. Where objects overlap, the smaller one is seen. Throws DatasetError: more than
// 65,000 objects; ImageError.
VocPictures paint_voc_pictures(const DatasetPicture& picture, const std::vector<std::uint32_t>& numbers);

// Gives each object of file its mask and adds those that only the pictures show. pictures.objects empty: each class is one object; both
// empty: nothing happens. size: the picture's; what has another is refused. Throws FormatError.
void add_voc_masks(const VocPictures& pictures, const std::vector<VocLabel>& labels, Size size,
                   const std::string& place, VocFile& file);

}  // namespace sam
