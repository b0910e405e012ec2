// What the commands on whole projects and datasets have in common: flags, progress on standard error, an orderly stop.
// Threading: free functions for the main thread.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "cli/program.h"
#include "cli/stop_signals.h"
#include "dataset/formats/format.h"
#include "dataset/project.h"
#include "dataset/split_file.h"
#include "jobs/work_progress.h"

namespace sam {

struct DatasetFlags {
  std::string classes_csv;
  std::uint64_t max_image_pixels = DecodeLimits{}.max_pixels;
  int threads = 0;  // 0: one a processor
  bool dry_run = false;
  bool json = false;

  DecodeLimits limits() const;
  unsigned thread_count() const;
};

// --dry-run --json --jobs, and --classes_csv where there is a project.
void add_dataset_flags(CLI::App& command, DatasetFlags& flags, bool has_project);

// For CLI::Option::check; CLI::Range takes "nan".
CLI::Validator number_from_to(double low, double high);

// Opens the category folder. Throws DatasetError, also if it is open elsewhere.
std::unique_ptr<Project> open_project_for_work(const std::string& folder, const DatasetFlags& flags,
                                               bool may_have_no_classes, Program& program);

// The project's splits.csv; none if it has none.
Splits read_splits(const Store& store, FileSystem& files);

// "coco", or by OUT's extension, or by looking at IN. Throws UsageError listing the formats.
const Format& format_by_name(const std::string& name, const std::string& flag);
const Format& format_of_output(const std::string& name, const std::string& out);
const Format& format_of_input(const std::string& name, const std::string& in, FileSystem& files);

// Runs work with progress shown; Ctrl-C stops it in order. exit_done, or stopped_by_signal + the signal's number after saying `stopped`.
int run_shown(const std::function<void(const std::stop_token&, const ProgressListener&)>& work,
              const std::string& stopped);

// Lines on standard error, each after "sam-annotator: ".
void print_warnings(const std::vector<std::string>& warnings);

// "1,234 pictures", "1 picture"
std::string count_text(std::size_t count, const std::string& one, const std::string& many);

}  // namespace sam
