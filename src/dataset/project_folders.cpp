#include "dataset/project_folders.h"

#include <cerrno>

namespace sam {

void require_there(const std::filesystem::path& folder, FileSystem& files) {
  if (files.status(folder)) return;
  throw FileError(folder.string() + " is not there any more; is its disk still connected?", ENOENT);
}

// Two folders, of which making another can have made one.
void make_folder(const CategoryFolder& folder, FileSystem& files, const std::filesystem::path& path) {
  const auto require_project = [&] {
    for (const std::filesystem::path& each : {folder.root / "images", folder.annotations}) require_there(each, files);
  };
  require_project();
  files.create_directories(path);
  require_project();
}

}  // namespace sam
