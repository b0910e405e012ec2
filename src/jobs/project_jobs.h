// The jobs of a project that is open: what each needs, and what it does. Clear mistakes are DatasetError when the job is asked for; the rest ends
// the job. Threading: free functions; the works run in the runner's threads. Ownership: the parts must outlive the works.
#pragma once

#include <filesystem>
#include <string>

#include "dataset/formats/format.h"
#include "dataset/project.h"
#include "jobs/everything_job.h"
#include "jobs/import_job.h"
#include "jobs/job.h"
#include "jobs/rename_class_job.h"
#include "pipeline/pipeline.h"
#include "platform/clock.h"

namespace sam {

struct JobParts {
  Store& store;
  Project* project = nullptr;  // the same, if it can be changed as a whole
  Pipeline& pipeline;
  FileSystem& files;
  const Clock& clock;
  DecodeLimits limits;
  unsigned threads = 1;  // of one job
  ClassFollower class_follower = {};
};

// Every picture's embedding onto disk.
JobSpec embed_job(const JobParts& parts);

struct ExportAsked {
  std::string format;
  std::filesystem::path path;  // absolute
  bool overwrite = false;
  bool photos = true;
  bool exact_masks = false;
  bool accepted_only = false;  // without proposals and rejected objects
};
JobSpec export_job(const JobParts& parts, ExportAsked asked);

struct ImportAsked {
  std::string format;          // empty: recognised
  std::filesystem::path path;  // absolute
  bool photos = true;
  OnConflict on_conflict = OnConflict::refuse;
  bool proposals = false;     // objects come as proposals
  bool empty_as_new = false;  // pictures without objects stay new
  bool dry_run = false;
};
JobSpec import_job(const JobParts& parts, ImportAsked asked);

struct ClassesAsked {
  enum class Change { add, rename, merge };
  Change change = Change::add;
  std::string name;
  std::string to;  // rename, merge
  bool dry_run = false;
};
JobSpec classes_job(const JobParts& parts, ClassesAsked asked);

JobSpec statistics_job(const JobParts& parts);

struct EverythingAsked {
  std::string image;
  EverythingOptions options;
};
JobSpec everything_job(const JobParts& parts, EverythingAsked asked);

}  // namespace sam
