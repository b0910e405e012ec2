// A dataset read into a project: all of it or nothing (dataset/project.h). Pictures are found by name; photos that the project lacks are copied
// into it. Read, drawn and staged on several threads, in batches, so that memory does not grow with the dataset beyond names and numbers.
// Threading: import_dataset() runs in the caller's thread and others of its own. Ownership: references must outlive the call.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "dataset/formats/format.h"
#include "dataset/project.h"
#include "dataset/split_file.h"
#include "jobs/class_mapping.h"
#include "jobs/named_count.h"
#include "jobs/work_progress.h"
#include "platform/clock.h"

namespace sam {

// What becomes of a picture that has annotations in the project and in the dataset.
enum class OnConflict {
  refuse,   // nothing is imported, and the user is told
  keep,     // the project's
  replace,  // the dataset's; the project's go to backups/
  merge,    // both; an object of the dataset that lies on one of the same class (IoU) is taken for the same
};

struct ImportOptions {
  OnConflict on_conflict = OnConflict::refuse;
  double merge_iou = 0.7;
  ClassRules classes;
  Splits splits;              // the project's; the dataset's are put to them
  bool photos = true;         // copy those that the project lacks; else their annotations are left out
  bool proposals = false;     // objects come as proposals, and pictures without any stay new: nobody has looked at them
  bool empty_as_new = false;  // pictures without objects stay new; else they count as looked at, with nothing on them
  bool skip_errors = false;   // pictures that cannot be taken are listed and left out
  bool dry_run = false;
  unsigned threads = 2;
  DecodeLimits limits;
};

struct ImportSummary {
  std::size_t pictures = 0;     // that were given annotations, or were looked at and hold nothing
  std::size_t annotations = 0;  // added
  std::size_t photos_added = 0;
  std::size_t same_objects = 0;  // merged: there already
  NamedCount kept;               // conflicts, by what became of them
  NamedCount replaced;
  NamedCount merged;
  NamedCount without_photo;                              // left out
  NamedCount failed;                                     // left out: skip_errors
  std::map<std::string, std::size_t> left_out_by_class;  // objects
  std::vector<std::string> classes_added;
  std::vector<std::string> warnings;  // bounded
  double seconds = 0;
};

// Throws DatasetError where conflicts or new classes are refused (naming how many and what to do), FormatError, ImageError, FileError; Stopped when asked
// to. Nothing is changed then. Afterwards the project is what it was changed to.
ImportSummary import_dataset(FormatReader& reader, const Format& format, Project& project, const ImportOptions& options,
                             const Clock& clock, const std::stop_token& stop, const ProgressListener& on_progress);

}  // namespace sam
