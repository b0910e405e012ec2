#include "dataset/project_folders.h"

#include <cerrno>

namespace sam {

void require_there(const std::filesystem::path& folder, FileSystem& files) {
  if (files.status(folder)) return;
  throw FileError(folder.string() + " is not there any more; is its disk still connected?", ENOENT);
}

void make_folder(const CategoryFolder& folder, FileSystem& files, const std::filesystem::path& path) {
  require_there(folder.annotations, files);
  files.create_directories(path);
  require_there(folder.annotations, files);
}

}  // namespace sam
