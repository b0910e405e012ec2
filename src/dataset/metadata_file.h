// metadata/<base>.txt, as the original writes it for its own tools: lines of "key: Python literal". Never read back by us.
#pragma once

#include <string>
#include <vector>

#include "image/geometry.h"

namespace sam {

// class_ids: one an annotation. class_count: classes of the project, all of which are listed.
std::string format_metadata_file(const std::vector<int>& class_ids, std::size_t class_count, Size size);

}  // namespace sam
