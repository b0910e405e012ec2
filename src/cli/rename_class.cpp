// A class renamed or made part of another: sam-annotator rename-class PROJECT OLD NEW.
#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/dataset_work.h"
#include "dataset/class_name.h"
#include "jobs/rename_class_job.h"
#include "jobs/statistics_job.h"
#include "session/moved_history.h"

namespace sam {
namespace {

using nlohmann::ordered_json;

struct RenameClassCommand {
  std::string project;
  std::string from;
  std::string to;
  bool delete_unused = false;
  DatasetFlags flags;
};

void check_usage(RenameClassCommand& command) {
  if (command.delete_unused != command.from.empty() || command.delete_unused != command.to.empty())
    throw UsageError("give the class and its new name, or --delete-unused alone");
  if (command.delete_unused) return;
  command.to = require_class_name(command.to, "NEW");
  if (command.to.empty()) throw UsageError("the new name is empty");
}

std::vector<std::size_t> count_objects(Project& project, const RenameClassCommand& command, FileSystem& files,
                                       const Clock& clock, const std::stop_token& stop,
                                       const ProgressListener& on_progress) {
  const Statistics counted =
      gather_statistics(project, files, {}, command.flags.thread_count(), clock, stop, on_progress);
  if (!counted.unreadable.empty()) {
    throw DatasetError(counted.unreadable[0] + "; whether a class has objects cannot be known before all " +
                       std::to_string(counted.unreadable.size()) + " such pictures can be read");
  }
  std::vector<std::size_t> objects(project.classes().names.size());
  for (const auto& [id, each] : counted.classes) {
    if (id >= 0 && static_cast<std::size_t>(id) < objects.size())
      objects[static_cast<std::size_t>(id)] = each.areas.count();
  }
  return objects;
}

// Classes that are no more, by name.
std::vector<std::string> gone(const std::vector<std::string>& before, const std::vector<std::string>& after) {
  std::vector<std::string> names;
  for (const std::string& name : before) {
    if (std::find(after.begin(), after.end(), name) == after.end()) names.push_back(name);
  }
  return names;
}

void print_text(const RenameClassCommand& command, const std::vector<std::string>& before,
                const std::vector<std::string>& after, const ClassChangeSummary& summary) {
  const bool dry = command.flags.dry_run;
  if (command.delete_unused) {
    std::cout << (dry ? "would delete " : "deleted ");
    const std::vector<std::string> names = gone(before, after);
    for (const std::string& name : names) std::cout << (name == names.front() ? "" : ", ") << name;
  } else if (after.size() < before.size()) {
    std::cout << command.from << (dry ? " would become part of " : " is part of ") << command.to << (dry ? "" : " now");
  } else {
    std::cout << command.from << (dry ? " would be called " : " is called ") << command.to << (dry ? "" : " now");
  }
  std::cout << ": " << count_text(summary.annotations - summary.renumbered, "object", "objects") << " of another name, "
            << summary.renumbered << " of another id only, on " << count_text(summary.pictures, "picture", "pictures")
            << '\n';
  if (!dry) std::cout << "what was there before is in backups/\n";
}

int run_rename_class(RenameClassCommand command, Program& program) {
  check_usage(command);
  std::vector<std::string> before;
  ClassChange change;
  ClassChangeSummary summary;
  run_shown(
      [&](const std::stop_token& stop, const ProgressListener& on_progress) {
        FileSystem& files = project_files(command.project, command.flags.dry_run, program);
        const auto project = open_project_for_work(command.project, command.flags, false, files, program.clock);
        before = project->classes().names;
        change = command.delete_unused
                     ? drop_unused_classes(project->classes(),
                                           count_objects(*project, command, files, program.clock, stop, on_progress))
                     : rename_class(project->classes(), command.from, command.to);
        const auto follower = [&](const std::string& picture, const std::string& revision,
                                  const std::vector<std::string>& names, const ClassChange& made) {
          move_history(*project, picture, revision, names, made.new_ids);
        };
        summary =
            change_classes(*project, files, change, {command.flags.dry_run, command.flags.thread_count(), follower},
                           program.clock, stop, on_progress);
      },
      stop_text_of_change(command.project, "nothing was changed", program.files));
  if (!command.flags.json) {
    print_text(command, before, change.names, summary);
    return exit_done;
  }
  const ordered_json json = {{"project", command.project},
                             {"dry_run", command.flags.dry_run},
                             {"merged", !command.delete_unused && change.names.size() < before.size()},
                             {"classes_gone", gone(before, change.names)},
                             {"classes", change.names},
                             {"pictures", summary.pictures},
                             {"annotations", summary.annotations},
                             {"renumbered", summary.renumbered},
                             {"seconds", summary.seconds}};
  std::cout << json.dump(2) << '\n';
  return exit_done;
}

}  // namespace

void add_rename_class_command(CLI::App& root, Program& program) {
  CLI::App* command = root.add_subcommand(
      "rename-class", "gives a class another name; if there is a class of that name, the two become one");
  auto options = std::make_shared<RenameClassCommand>();
  command->add_option("PROJECT", options->project, "the category folder; it holds images/")->required();
  command->add_option("OLD", options->from, "the class");
  command->add_option("NEW", options->to, "its name from now on");
  command->add_flag("--delete-unused", options->delete_unused, "instead: take out the classes that no object has");
  add_dataset_flags(*command, options->flags, true);
  command->footer("The class list, all annotations and all label files are changed together, or nothing is.");
  command->callback(
      [&program, options] { program.run = [&program, options] { return run_rename_class(*options, program); }; });
}

}  // namespace sam
