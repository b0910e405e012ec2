// What is wrong with a project, and some of it put right: sam-annotator validate PROJECT.
#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/dataset_work.h"
#include "jobs/validate_job.h"

namespace sam {
namespace {

using nlohmann::ordered_json;

struct ValidateCommand {
  std::string project;
  ValidateOptions options;
  DatasetFlags flags;
};

std::string dump(const ordered_json& json) {
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

// Findings are printed as they come, so that their number does not matter.
class JsonReport {
 public:
  explicit JsonReport(const ValidateCommand& command) : command_(command) {}

  void add(const Finding& found) {
    begin();
    const FindingRow& row = finding_row(found.kind);
    const ordered_json json = {{"kind", row.name},
                               {"severity", severity_name(row.severity)},
                               {"file", found.file},
                               {"annotations", found.ids},
                               {"detail", found.detail}};
    std::cout << (count_++ == 0 ? "\n    " : ",\n    ") << dump(json);
  }

  // Nothing was printed yet that would have to be ended.
  bool is_empty() const { return !begun_; }

  // error: why there is no summary; empty: there is one.
  void end(const ValidateSummary& summary, const std::string& error, bool interrupted) {
    begin();
    ordered_json kinds = ordered_json::object();
    for (const FindingRow& row : finding_rows()) {
      const FindingCount& kind = summary.kinds.at(static_cast<std::size_t>(row.kind));
      if (kind.found > 0) kinds[row.name] = {{"found", kind.found}, {"fixed", kind.fixed}};
    }
    std::cout << (count_ == 0 ? "]" : "\n  ]") << ",\n  \"pictures\": " << summary.pictures
              << ",\n  \"annotated\": " << summary.annotated << ",\n  \"annotations\": " << summary.annotations
              << ",\n  \"kinds\": " << dump(kinds) << ",\n  \"errors_left\": " << summary.left(Severity::error)
              << ",\n  \"warnings_left\": " << summary.left(Severity::warning)
              << ",\n  \"files_changed\": " << summary.changed_files
              << ",\n  \"interrupted\": " << (interrupted ? "true" : "false")
              << ",\n  \"seconds\": " << summary.seconds;
    if (!error.empty()) std::cout << ",\n  \"error\": " << dump(error);
    std::cout << "\n}\n";
  }

 private:
  void begin() {
    if (begun_) return;
    begun_ = true;
    std::cout << "{\n  \"project\": " << dump(command_.project)
              << ",\n  \"fix\": " << (command_.options.fix ? "true" : "false")
              << ",\n  \"dry_run\": " << (command_.options.dry_run ? "true" : "false") << ",\n  \"findings\": [";
  }

  const ValidateCommand& command_;
  bool begun_ = false;
  std::size_t count_ = 0;
};

// "a.jpg 3, 4 (IoU 97 %)"
std::string place_text(const Finding& found) {
  std::string text = found.file;
  constexpr std::size_t shown = 4;
  for (std::size_t i = 0; i < std::min(found.ids.size(), shown); ++i)
    text += (i == 0 ? " #" : ", #") + std::to_string(found.ids[i]);
  if (found.ids.size() > shown) text += ", …";
  return found.detail.empty() ? text : text + " (" + found.detail + ")";
}

void print_kind(const FindingRow& row, const FindingCount& kind, const ValidateOptions& options) {
  std::string severity(severity_name(row.severity));
  severity.resize(8, ' ');
  std::cout << severity << kind.found << ' ' << row.title;
  if (kind.fixed > 0) std::cout << ", " << kind.fixed << (options.dry_run ? " would be put right" : " put right");
  std::cout << ":\n";
  for (const Finding& each : kind.first) std::cout << "          " << place_text(each) << '\n';
  if (kind.found > kind.first.size()) std::cout << "          … and " << kind.found - kind.first.size() << " more\n";
}

void print_text(const ValidateCommand& command, const ValidateSummary& summary) {
  char seconds[32];
  std::snprintf(seconds, sizeof seconds, " (%.1f s)", summary.seconds);
  std::cout << command.project << ": " << count_text(summary.pictures, "picture", "pictures") << ", "
            << summary.annotated << " annotated, " << count_text(summary.annotations, "object", "objects") << seconds
            << '\n';
  std::size_t fixable = 0;
  for (const FindingRow& row : finding_rows()) {
    const FindingCount& kind = summary.kinds.at(static_cast<std::size_t>(row.kind));
    if (kind.found > 0) print_kind(row, kind, command.options);
    fixable += row.fixable ? kind.found : 0;
  }
  const bool changed = command.options.fix && !command.options.dry_run && summary.changed_files > 0;
  std::cout << count_text(summary.left(Severity::error), "error", "errors") << ", "
            << count_text(summary.left(Severity::warning), "warning", "warnings") << (changed ? " left" : "") << '\n';
  if (changed) {
    std::cout << count_text(summary.changed_files, "file", "files") << " changed; what was there before is in "
              << "backups/\n";
  } else if (fixable > 0 && !command.options.fix) {
    std::cout << "validate --fix puts right what can be without losing anything; --fix --dry-run says what\n";
  }
}

ValidateSummary validate(const ValidateCommand& command, JsonReport& report, Program& program) {
  ValidateSummary summary;
  run_shown(
      [&](const std::stop_token& stop, const ProgressListener& on_progress) {
        FileSystem& files = project_files(command.project, !command.options.fix || command.flags.dry_run, program);
        const auto project = open_project_for_work(command.project, command.flags, false, files, program.clock);
        const auto on_finding = [&](const Finding& found) {
          if (command.flags.json) report.add(found);
        };
        summary = validate_project(*project, files, command.options, program.clock, stop, on_finding, on_progress);
      },
      stop_text_of_change(command.project, "nothing was changed", program.files));
  return summary;
}

int run_validate(ValidateCommand command, Program& program) {
  command.options.threads = command.flags.thread_count();
  command.options.decode_limits = command.flags.limits();
  command.options.dry_run = command.flags.dry_run;
  JsonReport report(command);
  ValidateSummary summary;
  try {
    summary = validate(command, report, program);
  } catch (const std::exception& error) {
    program.has_printed_json = !report.is_empty();
    if (program.has_printed_json) report.end({}, error.what(), dynamic_cast<const StoppedBySignal*>(&error) != nullptr);
    throw;
  }
  if (command.flags.json) {
    report.end(summary, "", false);
  } else {
    print_text(command, summary);
  }
  const bool as_found = command.options.dry_run || !command.options.fix;
  std::size_t errors = summary.left(Severity::error);
  if (as_found) {
    for (const FindingRow& row : finding_rows()) {
      if (row.severity == Severity::error) errors += summary.kinds.at(static_cast<std::size_t>(row.kind)).fixed;
    }
  }
  return errors > 0 ? exit_failed : exit_done;
}

}  // namespace

void add_validate_command(CLI::App& root, Program& program) {
  CLI::App* command = root.add_subcommand(
      "validate", "finds what is wrong with a project: photos, annotations, labels, objects; --fix puts some right");
  auto options = std::make_shared<ValidateCommand>();
  command->add_option("PROJECT", options->project, "the category folder; it holds images/")->required();
  command->add_flag("--fix", options->options.fix,
                    "put right what can be without losing anything; what is replaced goes to backups/");
  command->add_option("--min-area", options->options.limits.min_area_px, "objects of fewer pixels are tiny")
      ->capture_default_str();
  command
      ->add_option("--max-overlap", options->options.limits.overlap,
                   "share of the smaller object from which on two lie on each other")
      ->check(number_from_to(0.01, 1.0))
      ->capture_default_str();
  command->add_flag("--decode", options->options.decode,
                    "read photos to their end, which finds damage that the header does not show");
  add_dataset_flags(*command, options->flags, true);
  command->footer("Exit status 1: there are errors (warnings and notes are none).");
  command->callback(
      [&program, options] { program.run = [&program, options] { return run_validate(*options, program); }; });
}

}  // namespace sam
