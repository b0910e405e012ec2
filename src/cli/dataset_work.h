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

// What a project is to be opened with: files that change nothing if it is only read. (A change that was decided before is completed all the same: without it
// the project cannot be read.)
FileSystem& project_files(const std::string& folder, bool only_read, Program& program);

// Opens the category folder. Throws DatasetError, also if it is open elsewhere.
std::unique_ptr<Project> open_project_for_work(const std::string& folder, const DatasetFlags& flags,
                                               bool may_have_no_classes, FileSystem& files, const Clock& clock);

// What is to be made must not be a link to nothing: it would be made elsewhere. Throws DatasetError.
void require_no_dangling_link(const std::filesystem::path& path, FileSystem& files);

// The project's splits.csv; none if it has none.
Splits read_splits(const Store& store, FileSystem& files);

// "coco", or by OUT's extension, or by looking at IN. flag: that gives the name. Throws UsageError listing the formats.
const Format& format_by_name(const std::string& name, const std::string& flag);
const Format& format_of_output(const std::string& name, const std::string& out, const std::string& flag);
const Format& format_of_input(const std::string& name, const std::string& in, const std::string& flag,
                              FileSystem& files);

// What is said of work that a signal ended.
struct StopText {
  std::string in_order;                  // it threw Stopped
  std::function<std::string()> at_once;  // a second signal ended the program wherever it was; none: as in_order
};
// Of commands that change a project as a whole: whether the change of the moment was decided.
StopText stop_text_of_change(const std::string& project, const std::string& nothing_done, FileSystem& files);

// Runs work with progress shown. Ctrl-C stops it in order, unless it is past where it can be; then it is finished. Throws StoppedBySignal.
void run_shown(const std::function<void(const std::stop_token&, const ProgressListener&)>& work, const StopText& text);

// Lines on standard error, each after "sam-annotator: ".
void print_warnings(const std::vector<std::string>& warnings);

// "1,234 pictures", "1 picture"
std::string count_text(std::size_t count, const std::string& one, const std::string& many);

}  // namespace sam
