// What import and merge share: a dataset read into a project. Threading: for the main thread.
#pragma once

#include <string>

#include "cli/dataset_work.h"
#include "cli/import_flags.h"
#include "jobs/import_job.h"

namespace sam {

struct ImportCommand {
  std::string in;
  std::string project;
  ClassFlags classes;
  bool no_photos = false;
  ImportOptions options;
  DatasetFlags flags;
};

// All but IN, PROJECT and --format.
void add_import_flags(CLI::App& command, ImportCommand& options);

// Reads, shows progress, prints what was done. The exit status.
int run_import(ImportCommand command, const Format& format, Program& program);
// The same of a dataset in any format, or in an archive. format_name: empty: by its look; flag: that names one.
int run_import_of_any(ImportCommand command, const std::string& format_name, const std::string& flag, Program& program);

}  // namespace sam
