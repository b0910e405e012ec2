// A project looked at for what is wrong with it, and put right where that loses nothing: all of it or nothing (dataset/project.h), what is replaced goes to
// backups/, photos are never touched. Looking changes nothing. Pictures are looked at on several threads, in batches, so that memory does not grow with
// the project beyond its pictures' names.
// Threading: validate_project() runs in the caller's thread and others of its own; listeners are called in the caller's. Ownership: references must
// outlive the call.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "dataset/finding.h"
#include "dataset/picture_check.h"
#include "dataset/project.h"
#include "jobs/work_progress.h"

namespace sam {

struct ValidateOptions {
  CheckLimits limits;
  bool decode = false;  // photos are read to their end, not their headers only
  bool fix = false;
  bool dry_run = false;  // fix: only counts what would be put right
  unsigned threads = 2;
  DecodeLimits decode_limits;
};

struct FindingCount {
  std::size_t found = 0;
  std::size_t fixed = 0;  // or would be, in a dry run
  std::vector<Finding> first;
};

struct ValidateSummary {
  std::size_t pictures = 0;
  std::size_t annotated = 0;
  std::size_t annotations = 0;
  std::array<FindingCount, finding_kinds> kinds;  // by FindingKind
  std::size_t changed_files = 0;                  // pictures whose annotations were written anew, and files set aside
  double seconds = 0;

  // Of a severity, left after what was put right.
  std::size_t left(Severity severity) const;
};

// on_finding: each, those of the whole project first and then by picture in natural order. Throws FileError, DatasetError, Stopped when asked to; nothing
// is changed then. After a fix the project is what was made of it.
ValidateSummary validate_project(Project& project, FileSystem& files, const ValidateOptions& options,
                                 const Clock& clock, const std::stop_token& stop,
                                 const std::function<void(const Finding&)>& on_finding,
                                 const ProgressListener& on_progress);

}  // namespace sam
