// The reading half of labelme.cpp.
#pragma once

#include <filesystem>
#include <memory>

#include "dataset/formats/format.h"

namespace sam {

bool is_labelme(FileSystem& files, const std::filesystem::path& in);

std::unique_ptr<FormatReader> read_labelme(const ReadRequest& request);

}  // namespace sam
