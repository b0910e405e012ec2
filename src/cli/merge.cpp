// Another project read into this one: sam-annotator merge OTHER PROJECT.
#include "cli/import_command.h"

namespace sam {
namespace {

const Format& format_of_project(const std::string& folder, FileSystem& files) {
  for (const char* name : {"project", "original"}) {
    const Format* format = find_format(name);
    if (format != nullptr && format->recognises(files, folder)) return *format;
  }
  throw DatasetError(folder +
                     " is no project (images/ with annotations/, or with labels/ and classes.csv); see import " +
                     "for datasets of other tools");
}

}  // namespace

void add_merge_command(CLI::App& root, Program& program) {
  CLI::App* command = root.add_subcommand("merge", "reads another project into this one: all of it, or nothing");
  auto options = std::make_shared<ImportCommand>();
  command->add_option("OTHER", options->in, "the project to read, which is only looked at")->required();
  command->add_option("PROJECT", options->project, "the one that gets its photos and annotations")->required();
  add_import_flags(*command, *options);
  command->callback([&program, options] {
    program.run = [&program, options] {
      return run_import(*options, format_of_project(options->in, program.files), program);
    };
  });
}

}  // namespace sam
