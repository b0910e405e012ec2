// One process a project: a lock on annotations/.lock, given back by the kernel however the process ends.
#pragma once

#include <filesystem>
#include <memory>

#include "platform/file_system.h"

namespace sam {

class ProjectLock {
 public:
  // Throws DatasetError if another process (its number is in the file) or another store of this one holds it, or the file cannot be
  // written. Where the file system knows no locks, a warning is logged and nothing is guarded.
  ProjectLock(const std::filesystem::path& file, FileSystem& files);

 private:
  std::unique_ptr<FileLock> lock_;  // null: not guarded
};

}  // namespace sam
