// One format into another without a project between: sam-annotator convert IN OUT --to F.
#include <utility>

#include "cli/dataset_work.h"
#include "cli/export_report.h"
#include "jobs/export_job.h"

namespace sam {
namespace {

struct ConvertCommand {
  std::string in;
  std::string out;
  std::string from;
  std::string to;
  bool no_photos = false;
  ExportOptions options;
  DatasetFlags flags;
};

int run_convert(ConvertCommand command, Program& program) {
  const Format& from = format_of_input(command.from, command.in, program.files);
  const Format& to = format_of_output(command.to, command.out);
  command.options.out = output_path(command.out);
  if (std::filesystem::weakly_canonical(command.options.out) == std::filesystem::weakly_canonical(command.in)) {
    throw DatasetError(command.out + " is what is read; give another name");
  }
  command.options.photos = !command.no_photos;
  command.options.dry_run = command.flags.dry_run;
  command.options.threads = command.flags.thread_count();
  ExportSummary summary;
  const int status = run_shown(
      [&](const std::stop_token& stop, const ProgressListener& on_progress) {
        const auto make_reader = [&] { return from.read({program.files, command.in, {}}); };
        const auto source = make_dataset_source(make_reader, command.flags.limits());
        summary = export_pictures(*source, to, command.options, program.files, program.clock, stop, on_progress);
      },
      "stopped; " + command.out + " is not there yet, start again to go on");
  if (status == exit_done) print_export(summary, to, command.options, command.flags.json);
  return status;
}

}  // namespace

void add_convert_command(CLI::App& root, Program& program) {
  CLI::App* command = root.add_subcommand("convert", "reads a dataset in one format and writes it in another");
  auto options = std::make_shared<ConvertCommand>();
  command->add_option("IN", options->in, "the dataset: a folder or a file")->required();
  command->add_option("OUT", options->out, "the folder to make, or the file for formats of one file")->required();
  command->add_option("--from", options->from, "IN's format; default: by its look");
  command->add_option("--to", options->to, "OUT's format; default: by its extension");
  add_export_flags(*command, options->options, options->no_photos);
  add_dataset_flags(*command, options->flags, false);
  command->callback(
      [&program, options] { program.run = [&program, options] { return run_convert(*options, program); }; });
}

}  // namespace sam
