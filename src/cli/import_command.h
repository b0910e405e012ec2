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

}  // namespace sam
