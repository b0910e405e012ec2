#include "cli/dataset_work.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cctype>
#include <iostream>
#include <thread>

#include "cli/progress_line.h"
#include "platform/stopped.h"

namespace sam {
namespace {

constexpr std::uint64_t max_splits_bytes = std::uint64_t{1} << 30;

std::string format_names() {
  std::string names;
  for (const Format& each : formats()) names += (names.empty() ? "" : ", ") + std::string(each.name);
  return names;
}

// Of dataset/project_change.h.
std::filesystem::path staging_folder(const std::string& project) {
  return std::filesystem::path(project) / "annotations" / ".change";
}

// Before anything is made in a folder that is none.
void require_project(const std::string& folder, const DatasetFlags& flags, bool may_have_no_classes,
                     FileSystem& files) {
  const std::filesystem::path path = folder;
  const auto is_folder = [&](const std::filesystem::path& each) {
    const auto status = files.status(each);
    return status && status->kind == FileStatus::Kind::directory;
  };
  if (!is_folder(path)) {
    throw DatasetError((folder.empty() ? "\"\"" : folder) +
                       " is not a folder; give the project, the folder that holds images/");
  }
  if (!is_folder(path / "images"))
    throw DatasetError(folder + " has no folder images/ and is no project; give the folder that holds images/");
  if (!may_have_no_classes && flags.classes_csv.empty() && !files.status(path / "classes.csv")) {
    throw DatasetError("no class list at " + (path / "classes.csv").string() +
                       "; give one with --classes_csv FILE (class_name in the first line, then one class a line)");
  }
}

}  // namespace

DecodeLimits DatasetFlags::limits() const {
  DecodeLimits limits;
  limits.max_pixels = max_image_pixels;
  return limits;
}

unsigned DatasetFlags::thread_count() const {
  return threads > 0 ? static_cast<unsigned>(threads) : std::max(1U, std::thread::hardware_concurrency());
}

CLI::Validator number_from_to(double low, double high) {
  const CLI::Range range(low, high);
  return CLI::Validator(
      [range](std::string& text) {
        std::string lower = text;
        for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        return lower.find("nan") != std::string::npos ? "expected a number, found " + text : range(text);
      },
      range.get_description());
}

void add_dataset_flags(CLI::App& command, DatasetFlags& flags, bool has_project) {
  if (has_project) {
    command.add_option("--classes_csv,--classes-csv", flags.classes_csv,
                       "the class list; default: classes.csv in the project");
  }
  command.add_option("--max-image-pixels", flags.max_image_pixels, "photos with more pixels than this are refused")
      ->capture_default_str();
  command.add_option("--jobs", flags.threads, "threads; 0: one a processor")->check(CLI::Range(0, 256));
  command.add_flag("--dry-run", flags.dry_run, "do everything but write; say what would be done");
  command.add_flag("--json", flags.json, "print the result as JSON");
}

FileSystem& project_files(const std::string& folder, bool only_read, Program& program) {
  if (only_read && !program.files.status(staging_folder(folder) / "decided")) return program.dry_run_files;
  return program.files;
}

std::unique_ptr<Project> open_project_for_work(const std::string& folder, const DatasetFlags& flags,
                                               bool may_have_no_classes, FileSystem& files, const Clock& clock) {
  spdlog::set_level(spdlog::level::warn);
  require_project(folder, flags, may_have_no_classes, files);
  StoreOptions options;
  options.folder = folder;
  options.classes_csv = flags.classes_csv;
  options.limits = flags.limits();
  options.may_have_no_classes = may_have_no_classes;
  return open_project(options, files, clock);
}

void require_no_dangling_link(const std::filesystem::path& path, FileSystem& files) {
  if (std::filesystem::is_symlink(path) && !files.status(path))
    throw DatasetError(path.string() + " is a link to something that is not there; remove it or give another name");
}

Splits read_splits(const Store& store, FileSystem& files) {
  const auto text = files.read(store.folder() / splits_file_name, max_splits_bytes);
  return text ? parse_splits(*text) : Splits{};
}

const Format& format_by_name(const std::string& name, const std::string& flag) {
  if (const Format* format = find_format(name)) return *format;
  throw UsageError(flag + " " + name + " is not a format; there are " + format_names() + " (sam-annotator formats)");
}

const Format& format_of_output(const std::string& name, const std::string& out, const std::string& flag) {
  if (!name.empty()) return format_by_name(name, flag);
  const std::string extension = std::filesystem::path(out).extension().string();
  for (const Format& each : formats()) {
    if (!extension.empty() && each.extension == extension) return each;
  }
  throw UsageError("say the format of " + out + " with " + flag + ": " + format_names() + " (sam-annotator formats)");
}

const Format& format_of_input(const std::string& name, const std::string& in, const std::string& flag,
                              FileSystem& files) {
  if (!files.status(in)) throw DatasetError(in + " does not exist");
  if (!name.empty()) return format_by_name(name, flag);
  if (const Format* format = recognise_format(files, in)) return *format;
  throw UsageError(in + " looks like no known format; say which with " + flag + ": " + format_names() +
                   " (sam-annotator formats)");
}

StopText stop_text_of_change(const std::string& project, const std::string& nothing_done, FileSystem& files) {
  return {"stopped; " + nothing_done, [project, nothing_done, &files]() -> std::string {
            const std::filesystem::path staging = staging_folder(project);
            if (files.status(staging / "decided"))
              return "ended while the change was put in place; opening the project completes it";
            const bool is_staging = files.status(staging).has_value();
            return "ended at once; " + nothing_done + (is_staging ? "" : ", unless it had just been finished");
          }};
}

void run_shown(const std::function<void(const std::stop_token&, const ProgressListener&)>& work, const StopText& text) {
  const std::string stopped = "sam-annotator: " + text.in_order + "\n";
  const auto at_once = [&] { return text.at_once ? "sam-annotator: " + text.at_once() + "\n" : stopped; };
  StopSignals signals({.early = stopped.c_str(),
                       .late = "sam-annotator: finishing what is begun; Ctrl-C again ends it at once\n",
                       .late_is_end = false,
                       .again_now = at_once});
  signals.begin_serving();
  ProgressLine progress;
  std::stop_source stop;
  try {
    work(stop.get_token(), [&](const WorkProgress& now) {
      if (signals.asked() != 0) stop.request_stop();
      const double rate = now.seconds > 0 ? static_cast<double>(now.done) / now.seconds : 0;
      const double left = rate > 0 && now.total > now.done ? static_cast<double>(now.total - now.done) / rate : 0;
      progress.show({static_cast<std::size_t>(now.done), static_cast<std::size_t>(now.total), rate, left});
    });
  } catch (const Stopped&) {
    progress.clear();
    throw StoppedBySignal(text.in_order, signals.asked());
  }
}

void print_warnings(const std::vector<std::string>& warnings) {
  for (const std::string& each : warnings) std::cerr << "sam-annotator: " << each << '\n';
}

std::string count_text(std::size_t count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

}  // namespace sam
