// A project written for other tools: sam-annotator export PROJECT OUT --format F.
#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/dataset_work.h"
#include "cli/export_report.h"
#include "jobs/export_job.h"

namespace sam {
namespace {

struct ExportCommand {
  std::string project;
  std::string out;
  std::string format;
  bool no_photos = false;
  bool all = false;
  ExportOptions options;
  DatasetFlags flags;
};

// Next to what it was made of a dataset would replace it, or be read as part of it.
void require_outside(const std::filesystem::path& out, const std::filesystem::path& project) {
  const std::filesystem::path inside = std::filesystem::weakly_canonical(out).lexically_relative(project);
  if (inside.empty() || *inside.begin() == ".." || *inside.begin() == "exports") return;
  throw DatasetError(out.string() + " is inside the project; give a place outside it, or in its folder exports/");
}

int run_export(ExportCommand command, Program& program) {
  const Format& format = format_of_output(command.format, command.out);
  const auto project = open_project_for_work(command.project, command.flags, false, program);
  command.options.out = output_path(command.out);
  require_outside(command.options.out, project->folder());
  command.options.photos = !command.no_photos;
  command.options.dry_run = command.flags.dry_run;
  command.options.threads = command.flags.thread_count();
  const auto source = make_project_source(*project, {read_splits(*project, program.files), command.all});
  ExportSummary summary;
  const int status = run_shown(
      [&](const std::stop_token& stop, const ProgressListener& on_progress) {
        summary = export_pictures(*source, format, command.options, program.files, program.clock, stop, on_progress);
      },
      "stopped; " + command.out + " is not there yet, start again to go on");
  if (status == exit_done) print_export(summary, format, command.options, command.flags.json);
  return status;
}

}  // namespace

void add_export_command(CLI::App& root, Program& program) {
  CLI::App* command = root.add_subcommand("export", "writes a project in a format of other tools (see formats)");
  auto options = std::make_shared<ExportCommand>();
  command->add_option("PROJECT", options->project, "the category folder; it holds images/")->required();
  command->add_option("OUT", options->out, "the folder to make, or the file for formats of one file")->required();
  command->add_option("--format", options->format, "coco, yolo-seg, …; default: by OUT's extension");
  add_export_flags(*command, options->options, options->no_photos);
  command->add_flag("--all", options->all, "also pictures that nobody has annotated yet, as pictures without objects");
  add_dataset_flags(*command, options->flags, true);
  command->callback(
      [&program, options] { program.run = [&program, options] { return run_export(*options, program); }; });
}

}  // namespace sam
