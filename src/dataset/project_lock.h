// One process a project: an flock on annotations/.lock, given back by the kernel however the process ends.
#pragma once

#include <filesystem>

namespace sam {

class ProjectLock {
 public:
  // Throws DatasetError if another process (its number is in the file) or another store of this one holds it. Where the file system
  // knows no locks, a warning is logged and nothing is guarded.
  explicit ProjectLock(const std::filesystem::path& file);
  ~ProjectLock();
  ProjectLock(const ProjectLock&) = delete;
  ProjectLock& operator=(const ProjectLock&) = delete;

 private:
  int fd_ = -1;
};

}  // namespace sam
