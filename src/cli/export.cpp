// A project written for other tools: sam-annotator export PROJECT OUT --format F.
#include "cli/dataset_work.h"
#include "cli/export_report.h"
#include "jobs/export_job.h"
#include "jobs/output_place.h"

namespace sam {
namespace {

struct ExportCommand {
  std::string project;
  std::string format;
  bool all = false;
  ExportFlags flags;
};

int run_export(const ExportCommand& command, Program& program) {
  const std::filesystem::path out = output_path(command.flags.out, program.files);
  const Format& format = format_of_output(command.format, command.flags.out, "--format");
  FileSystem& files = project_files(command.project, true, program);
  const auto project = open_project_for_work(command.project, command.flags.flags, false, files, program.clock);
  require_outside(out, project->folder());
  const auto make_source = [&] { return make_project_source(*project, {read_splits(*project, files), command.all}); };
  return run_export_shown(command.flags, format, make_source, program);
}

}  // namespace

void add_export_command(CLI::App& root, Program& program) {
  CLI::App* command = root.add_subcommand("export", "writes a project in a format of other tools (see formats)");
  auto options = std::make_shared<ExportCommand>();
  command->add_option("PROJECT", options->project, "the category folder; it holds images/")->required();
  command->add_option("--format", options->format, "coco, yolo, voc, … (see formats); default: by OUT's extension");
  command->add_flag("--all", options->all, "also pictures that nobody has annotated yet, as pictures without objects");
  add_export_flags(*command, options->flags, true);
  command->callback(
      [&program, options] { program.run = [&program, options] { return run_export(*options, program); }; });
}

}  // namespace sam
