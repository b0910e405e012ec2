// A project's pictures shared out for training, validation and testing: splits.csv. Photos that are the same by content are never in two subsets.
// Threading: split_project() runs in the caller's thread and others of its own. Ownership: references must outlive the call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "dataset/project.h"
#include "dataset/split_file.h"
#include "jobs/work_progress.h"

namespace sam {

struct SplitShare {
  std::string subset;  // "train"
  double share = 0;
};

struct SplitOptions {
  std::vector<SplitShare> shares;
  std::uint64_t seed = 0;
  bool stratify = true;
  bool fresh_too = false;  // pictures that nobody has annotated
  Splits keep;             // pictures that stay where they are; those of other subsets than in shares do too
  bool dry_run = false;
  unsigned threads = 2;
};

struct SubsetCount {
  std::size_t pictures = 0;
  std::map<int, std::size_t> pictures_of_class;  // class id
  std::map<int, std::size_t> objects_of_class;
};

struct SplitSummary {
  std::map<std::string, SubsetCount> subsets;
  std::size_t pictures = 0;
  std::size_t kept = 0;                 // had their subset
  std::size_t same_photos = 0;          // that are another one's copy
  std::vector<std::string> unreadable;  // "name: reason", the first few; left out unless they are kept
  std::size_t unreadable_count = 0;
  double seconds = 0;
};

// Writes splits.csv (as it was: in backups/). Throws DatasetError, FileError, Stopped; nothing is changed then.
SplitSummary split_project(Project& project, FileSystem& files, const SplitOptions& options, const Clock& clock,
                           const std::stop_token& stop, const ProgressListener& on_progress);

}  // namespace sam
