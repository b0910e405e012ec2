// One format into another without a project between: sam-annotator convert IN OUT --to F.
#include <utility>

#include "cli/dataset_work.h"
#include "cli/export_report.h"
#include "jobs/export_job.h"

namespace sam {
namespace {

struct ConvertCommand {
  std::string in;
  std::string from;
  std::string to;
  ExportFlags flags;
};

int run_convert(const ConvertCommand& command, Program& program) {
  const std::filesystem::path out = output_path(command.flags.out, program.files);
  const Format& from = format_of_input(command.from, command.in, "--from", program.files);
  const Format& to = format_of_output(command.to, command.flags.out, "--to");
  if (std::filesystem::weakly_canonical(out) == std::filesystem::weakly_canonical(command.in)) {
    throw DatasetError(command.flags.out + " is what is read; give another name");
  }
  const auto make_source = [&] {
    const auto make_reader = [&] { return from.read({program.files, command.in, {}}); };
    return make_dataset_source(make_reader, command.flags.flags.limits());
  };
  return run_export_shown(command.flags, to, make_source, program);
}

}  // namespace

void add_convert_command(CLI::App& root, Program& program) {
  CLI::App* command = root.add_subcommand("convert", "reads a dataset in one format and writes it in another");
  auto options = std::make_shared<ConvertCommand>();
  command->add_option("IN", options->in, "the dataset: a folder or a file")->required();
  command->add_option("--from", options->from, "IN's format; default: by its look (see formats)");
  command->add_option("--to", options->to, "OUT's format; default: by its extension");
  add_export_flags(*command, options->flags, false);
  command->callback(
      [&program, options] { program.run = [&program, options] { return run_convert(*options, program); }; });
}

}  // namespace sam
