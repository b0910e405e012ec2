// The two halves of COCO instances, joined in coco.cpp.
// Threading, ownership, errors: format.h.
#pragma once

#include <memory>

#include "dataset/formats/format.h"

namespace sam {

std::unique_ptr<FormatReader> read_coco(const ReadRequest& request);
std::unique_ptr<FormatWriter> write_coco(const WriteRequest& request);

}  // namespace sam
