// A class given another name, made part of another one, or classes that no object has taken out of the list: in the class list, in every annotation and in
// every label file, all of it or nothing. Threading: the functions run in the caller's thread and others of their own. Ownership: references must outlive the
// call.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "dataset/project.h"
#include "jobs/work_progress.h"

namespace sam {

// What becomes of the classes of a project: the new list, and where each of the old goes in it (-1: nowhere, nothing has it).
struct ClassChange {
  std::vector<std::string> names;
  std::vector<int> new_ids;  // by old id
};

// Throws DatasetError: there is no class called that, or several are; nothing to do. to: cleaned (clean_class_name), not empty. If there is a class called
// to, the objects of both are its objects.
ClassChange rename_class(const ClassList& classes, const std::string& from, const std::string& to);
// objects: of each class, by id. Throws DatasetError if every class has objects.
ClassChange drop_unused_classes(const ClassList& classes, const std::vector<std::size_t>& objects);

// What refers to classes besides annotations and labels (the undo history of a picture) follows. Called for each picture with annotations, with its revision of
// before, once the change is durable and before anybody may edit again, in the caller's thread.
using ClassFollower = std::function<void(const std::string& picture, const std::string& revision_before,
                                         const std::vector<std::string>& names_before, const ClassChange& change)>;

struct ClassChangeOptions {
  bool dry_run = false;
  unsigned threads = 2;
  ClassFollower follower = {};
};

struct ClassChangeSummary {
  std::size_t pictures = 0;     // whose objects change their id or name
  std::size_t annotations = 0;  // that do
  std::size_t renumbered = 0;   // of them: keep their class, under another id
  double seconds = 0;
};

// Throws DatasetError (also for a picture whose annotations cannot be read: then the change would leave it behind), ImageError, FileError; Stopped when asked
// to. Nothing is changed then. Afterwards the project is what it was changed to.
ClassChangeSummary change_classes(Project& project, FileSystem& files, const ClassChange& change,
                                  const ClassChangeOptions& options, const Clock& clock, const std::stop_token& stop,
                                  const ProgressListener& on_progress);

}  // namespace sam
