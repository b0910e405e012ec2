// What writers of mask pictures share: folders of parts, and the list of classes at the end. See docs/formats.md.
// Threading: as format.h says of writers.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "dataset/formats/format.h"

namespace sam {

// The files of a picture, below its part's folder of masks. by_size: annotations as they are painted, the largest first, so that small ones stay visible.
using EncodeMasks = std::vector<EncodedFile> (*)(const DatasetPicture& picture,
                                                 const std::vector<const StoredAnnotation*>& by_size,
                                                 std::size_t class_count);

// folder: of the masks; base_names: pictures' files are named without their extension.
std::unique_ptr<FormatWriter> write_masks(const WriteRequest& request, const char* folder, bool base_names,
                                          EncodeMasks encode);

}  // namespace sam
