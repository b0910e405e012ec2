// Many files of a project replaced together: all of them or none, whatever ends the program or the machine in between. New content is staged in
// annotations/.change/files/, what goes is named in removed/ beside it, what they replace is copied to backups/, both are flushed, and annotations/.change/decided says that it holds: from then
// on opening the project finishes what was begun. Without that file opening the project takes the staged files away.
// Threading: put(), put_copy() and remove() from any thread, several at once; the rest from one. Ownership: folder, files and clock must outlive it. The
// caller holds the project's lock.
#pragma once

#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "dataset/category_folder.h"
#include "platform/clock.h"
#include "platform/file_system.h"
#include "platform/mutex.h"

namespace sam {

class ProjectChange {
 public:
  // What an earlier one left undecided is removed. classes_csv: where the class list is, which may be outside the project. Throws DatasetError where one was
  // decided and is put in place only now: what the caller knows of the project is old then. Throws FileError.
  ProjectChange(const CategoryFolder& folder, std::filesystem::path classes_csv, FileSystem& files, const Clock& clock);
  // Without commit() nothing was changed.
  ~ProjectChange();
  ProjectChange(const ProjectChange&) = delete;
  ProjectChange& operator=(const ProjectChange&) = delete;

  // path: in the project ("annotations/a.jpg.json"). Throws FileError.
  void put(const std::filesystem::path& path, std::string_view bytes) SAM_EXCLUDES(mutex_);
  void put_copy(const std::filesystem::path& path, const std::filesystem::path& from) SAM_EXCLUDES(mutex_);
  void put_class_list(std::string_view bytes);
  // The file goes to backups/. No error if it is not there.
  void remove(const std::filesystem::path& path) SAM_EXCLUDES(mutex_);

  // Returns when everything is in its place and durable. Throws FileError: before it is decided nothing was changed; afterwards the next opening of the
  // project finishes it, and the message says so.
  // before_placing, if given, is called once it is decided, which takes most of the time, and before the first file is moved.
  void commit(const std::function<void()>& before_placing = nullptr);

 private:
  std::filesystem::path stage(const char* kind, const std::filesystem::path& path) SAM_EXCLUDES(mutex_);
  void back_up();

  const CategoryFolder& folder_;
  const std::filesystem::path classes_csv_;
  FileSystem& files_;
  const Clock& clock_;
  const std::filesystem::path staging_;
  bool decided_ = false;
  Mutex mutex_;
  std::set<std::filesystem::path> made_ SAM_GUARDED_BY(mutex_);  // folders in staging_
};

// While opening a project, nobody else at it: finishes a decided change, removes an undecided one. True if there was a decided one. Throws
// FileError, DatasetError if what was decided cannot be read.
// classes_csv: of this opening; what was decided with another list is refused.
bool finish_project_change(const CategoryFolder& folder, const std::filesystem::path& classes_csv, FileSystem& files);

}  // namespace sam
