// A picture of a dataset or a project, read whole. Free functions, no state.
#pragma once

#include <filesystem>
#include <string>

#include "dataset/formats/format.h"
#include "dataset/store.h"
#include "image/decode.h"

namespace sam {

// The upright size of the entry's photo as its file has it; 0 if the dataset has no photo. Throws ImageError.
Size photo_size(const DatasetEntry& entry, const DecodeLimits& limits);

// A project's picture as store.load() has it; its ImageErrors name it.
LoadedPicture load_named(Store& store, const std::string& name);

// Decoded and completed (complete_picture.h). upright: the picture's size, 0 if it is not known; photo: its file, looked at where what the dataset
// says does not fit it; may be empty. Throws FormatError, ImageError.
DatasetPicture read_entry(const FormatReader& reader, const DatasetEntry& entry, Size upright,
                          const std::filesystem::path& photo, const DecodeLimits& limits);

}  // namespace sam
