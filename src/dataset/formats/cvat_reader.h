// The reading half of cvat.cpp.
#pragma once

#include <filesystem>
#include <memory>

#include "dataset/formats/format.h"

namespace sam {

// in itself, or annotations.xml in it; empty if that is no file of CVAT's.
std::filesystem::path find_cvat_file(FileSystem& files, const std::filesystem::path& in);

std::unique_ptr<FormatReader> read_cvat(const ReadRequest& request);

}  // namespace sam
