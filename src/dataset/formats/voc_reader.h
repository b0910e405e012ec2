// The reading half of voc.cpp.
#pragma once

#include <filesystem>
#include <memory>

#include "dataset/formats/format.h"

namespace sam {

bool is_voc(FileSystem& files, const std::filesystem::path& in);

std::unique_ptr<FormatReader> read_voc(const ReadRequest& request);

}  // namespace sam
