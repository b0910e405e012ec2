// A project's pictures shared out for training, validation and testing: sam-annotator split PROJECT.
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/dataset_work.h"
#include "cli/text_table.h"
#include "dataset/statistics.h"
#include "jobs/split_job.h"

namespace sam {
namespace {

using nlohmann::ordered_json;

struct SplitCommand {
  std::string project;
  std::optional<double> train;
  std::optional<double> val;
  std::optional<double> test;
  bool keep = false;
  SplitOptions options;
  DatasetFlags flags;
};

// What is left out is nothing as soon as one is given.
std::vector<SplitShare> shares_of(const SplitCommand& command) {
  if (!command.train && !command.val && !command.test) return {{"train", 0.8}, {"val", 0.1}, {"test", 0.1}};
  const std::vector<SplitShare> shares = {
      {"train", command.train.value_or(0)}, {"val", command.val.value_or(0)}, {"test", command.test.value_or(0)}};
  double sum = 0;
  for (const SplitShare& each : shares) sum += each.share;
  if (std::abs(sum - 1) > 1e-6) {
    char text[32];
    std::snprintf(text, sizeof text, "%g", sum);
    throw UsageError(std::string("--train, --val and --test add up to ") + text + " and should to 1");
  }
  return shares;
}

std::size_t count_at(const std::map<int, std::size_t>& counts, int id) {
  const auto found = counts.find(id);
  return found == counts.end() ? 0 : found->second;
}

void print_json(const SplitCommand& command, const SplitSummary& summary, const ClassList& classes) {
  ordered_json subsets = ordered_json::object();
  for (const auto& [name, subset] : summary.subsets) {
    ordered_json by_class = ordered_json::array();
    for (const auto& [id, pictures] : subset.pictures_of_class)
      by_class.push_back({{"name", shown_class_name(id, classes)},
                          {"pictures", pictures},
                          {"objects", count_at(subset.objects_of_class, id)}});
    subsets[name] = {{"pictures", subset.pictures}, {"classes", std::move(by_class)}};
  }
  const ordered_json json = {{"project", command.project},
                             {"dry_run", command.options.dry_run},
                             {"seed", command.options.seed},
                             {"pictures", summary.pictures},
                             {"kept", summary.kept},
                             {"same_photos", summary.same_photos},
                             {"unreadable", summary.unreadable_count},
                             {"subsets", std::move(subsets)},
                             {"seconds", summary.seconds}};
  std::cout << json.dump(2) << '\n';
}

// Those of the shares first, then what was kept besides.
std::vector<std::string> columns(const SplitCommand& command, const SplitSummary& summary) {
  std::vector<std::string> names;
  for (const SplitShare& each : command.options.shares) {
    if (summary.subsets.contains(each.subset)) names.push_back(each.subset);
  }
  for (const auto& [name, subset] : summary.subsets) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

void print_text(const SplitCommand& command, const SplitSummary& summary, const ClassList& classes) {
  const std::vector<std::string> names = columns(command, summary);
  std::vector<std::vector<std::string>> rows(2);
  rows[0] = {"pictures (objects)"};
  rows[1] = {"all"};
  for (const std::string& name : names) {
    const SubsetCount& subset = summary.subsets.at(name);
    rows[0].push_back(name);
    std::size_t objects = 0;
    for (const auto& [id, count] : subset.objects_of_class) objects += count;
    rows[1].push_back(grouped_text(subset.pictures) + " (" + grouped_text(objects) + ")");
  }
  for (std::size_t id = 0; id < classes.names.size(); ++id) {
    std::vector<std::string> row = {classes.names[id]};
    for (const std::string& name : names) {
      const SubsetCount& subset = summary.subsets.at(name);
      row.push_back(grouped_text(count_at(subset.pictures_of_class, static_cast<int>(id))) + " (" +
                    grouped_text(count_at(subset.objects_of_class, static_cast<int>(id))) + ")");
    }
    rows.push_back(std::move(row));
  }
  std::cout << table_text(rows);
  if (summary.kept > 0) std::cout << count_text(summary.kept, "picture", "pictures") << " stayed where they were\n";
  if (summary.same_photos > 0)
    std::cout << count_text(summary.same_photos, "copy", "copies") << " of other photos went with them\n";
  std::cout << (command.options.dry_run ? "would write " : "wrote ") << splits_file_name << '\n';
}

int run_split(SplitCommand command, Program& program) {
  command.options.shares = shares_of(command);
  command.options.threads = command.flags.thread_count();
  command.options.dry_run = command.flags.dry_run;
  SplitSummary summary;
  ClassList classes;
  run_shown(
      [&](const std::stop_token& stop, const ProgressListener& on_progress) {
        FileSystem& files = project_files(command.project, command.flags.dry_run, program);
        const auto project = open_project_for_work(command.project, command.flags, false, files, program.clock);
        classes = project->classes();
        if (command.keep) command.options.keep = read_splits(*project, files);
        summary = split_project(*project, files, command.options, program.clock, stop, on_progress);
      },
      stop_text_of_change(command.project, "splits.csv is as it was", program.files));
  print_warnings(summary.unreadable);
  if (summary.unreadable_count > summary.unreadable.size())
    print_warnings({"… and " + std::to_string(summary.unreadable_count - summary.unreadable.size()) +
                    " more that cannot be read; see validate"});
  command.flags.json ? print_json(command, summary, classes) : print_text(command, summary, classes);
  return exit_done;
}

}  // namespace

void add_split_command(CLI::App& root, Program& program) {
  CLI::App* command = root.add_subcommand(
      "split", "shares a project's pictures out for training, validation and testing: splits.csv, read by export");
  auto options = std::make_shared<SplitCommand>();
  command->add_option("PROJECT", options->project, "the category folder; it holds images/")->required();
  for (const auto& [name, share] : {std::pair("--train", &options->train), std::pair("--val", &options->val),
                                    std::pair("--test", &options->test)}) {
    command->add_option(name, *share, "share of the pictures; default, if none is given: 0.8, 0.1, 0.1")
        ->check(number_from_to(0.0, 1.0));
  }
  command->add_option("--seed", options->options.seed, "another one, another answer; the same one, the same")
      ->capture_default_str();
  command->add_flag("--stratify,!--no-stratify", options->options.stratify,
                    "each class has its share in each subset (default)");
  command->add_flag("--keep", options->keep, "pictures that have a subset stay in it");
  command->add_flag("--all", options->options.fresh_too, "also pictures that nobody has annotated yet");
  add_dataset_flags(*command, options->flags, true);
  command->footer("Photos with the same content are never in two subsets. The old splits.csv goes to backups/.");
  command->callback(
      [&program, options] { program.run = [&program, options] { return run_split(*options, program); }; });
}

}  // namespace sam
