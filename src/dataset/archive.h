// ZIP archives, in which CVAT, Roboflow, Label Studio and others hand out what they export.
// Threading: free functions without state. Ownership: nothing is kept.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>

#include "platform/file_system.h"

namespace sam {

// By its first bytes.
bool is_archive(FileSystem& files, const std::filesystem::path& path);

// Text shrinks to a tenth or a twentieth, pictures do not: an archive of more is made to fill disks.
struct UnpackLimits {
  std::uint64_t growth = 200;  // times the archive's size, and
  std::uint64_t free_bytes = std::uint64_t{256} << 20;
};

// read_bytes of the archive's all_bytes.
using UnpackListener = std::function<void(std::uint64_t read_bytes, std::uint64_t all_bytes)>;

// Its files into an empty folder, by their names in the archive; links, other things that are no files, and what file
// managers put beside (__MACOSX, .DS_Store, Thumbs.db) are passed over. Returns where the dataset is: the folder, or the
// only folder in it, if nothing but a README or the like is beside that one. Nothing is flushed: it is for reading now.
// Throws FormatError (damaged, encrypted, a name that leads out of the folder or comes twice, far more bytes than such an
// archive honestly holds), FileError; Stopped when asked to. What was unpacked until then stays: the folder is the
// caller's.
std::filesystem::path unpack_archive(FileSystem& files, const std::filesystem::path& archive,
                                     const std::filesystem::path& folder, const std::stop_token& stop,
                                     const UnpackListener& on_progress, const UnpackLimits& limits = {});

}  // namespace sam
