// A detector's boxes or points become masks: sam-annotator autolabel PROJECT DETECTIONS.
#include <iostream>
#include <nlohmann/json.hpp>
#include <utility>

#include "cli/dataset_work.h"
#include "cli/detector_results.h"
#include "cli/import_flags.h"
#include "cli/known_models.h"
#include "cli/predictor_options.h"
#include "jobs/autolabel_job.h"
#include "jobs/picture_match.h"
#include "memory/memory_log.h"

namespace sam {
namespace {

using nlohmann::ordered_json;

struct AutolabelCommand {
  std::string project;
  std::string detections;
  std::string format;
  std::string ground_truth;
  ClassFlags classes;
  AutolabelOptions options;
  DatasetFlags flags;
  PredictorOptions predictor;
};

void print_json(const AutolabelCommand& command, const AutolabelSummary& summary,
                const std::vector<std::string>& added) {
  const auto named = [](const NamedCount& names) {
    return ordered_json{{"count", names.count}, {"first", names.first}};
  };
  const ordered_json json = {{"project", command.project},
                             {"dry_run", command.options.dry_run},
                             {"pictures", summary.pictures},
                             {"annotations", summary.annotations},
                             {"below_score", summary.below_score},
                             {"without_mask", summary.without_mask},
                             {"annotated_before", named(summary.annotated)},
                             {"without_photo", named(summary.without_photo)},
                             {"failed", named(summary.failed)},
                             {"left_out_by_class", summary.left_out_by_class},
                             {"warnings", summary.warnings},
                             {"classes_added", added},
                             {"seconds", summary.seconds}};
  std::cout << json.dump(2) << '\n';
}

void print_text(const AutolabelCommand& command, const AutolabelSummary& summary,
                const std::vector<std::string>& added) {
  char seconds[32];
  std::snprintf(seconds, sizeof seconds, " in %.1f s", summary.seconds);
  std::cout << command.project << (command.options.dry_run ? " would get " : " got ")
            << count_text(summary.annotations, "mask", "masks") << " on "
            << count_text(summary.pictures, "picture", "pictures") << seconds << '\n';
  const auto line = [](const NamedCount& names, const std::string& what) {
    if (names.count > 0) std::cout << "  " << what << ": " << names.text() << '\n';
  };
  for (const std::string& name : added) std::cout << "  class added: " << name << '\n';
  line(summary.annotated, "passed over, annotated already");
  line(summary.without_photo, "passed over, no photo of that name");
  line(summary.failed, "passed over, cannot be read");
  if (summary.below_score > 0) std::cout << "  left out, score below --min-score: " << summary.below_score << '\n';
  if (summary.without_mask > 0) std::cout << "  left out, nothing found in them: " << summary.without_mask << '\n';
  for (const auto& [name, count] : summary.left_out_by_class) {
    std::cout << "  left out, class \"" << name << "\": " << count_text(count, "object", "objects") << '\n';
  }
}

// The detections as a source of pictures, whose sizes are those of the project's photos.
std::unique_ptr<PictureSource> read_detections(const AutolabelCommand& command, const Format& format,
                                               const Store& store, Program& program) {
  const auto match = std::make_shared<PictureMatch>(store);
  return make_dataset_source([&] { return format.read({program.files, command.detections, store.classes().names}); },
                             command.flags.limits(),
                             [match, &store](const DatasetEntry& entry) {
                               const auto name = match->find(entry);
                               return name ? store.picture_path(*name) : std::filesystem::path{};
                             });
}

// All that can go wrong about classes does so before the first mask, and new ones are in the list by then.
std::vector<std::string> settle_classes(const AutolabelCommand& command, const Format& format, Program& program) {
  FileSystem& files = project_files(command.project, command.flags.dry_run, program);
  const auto project = open_project_for_work(command.project, command.flags, true, files, program.clock);
  ClassMapping classes(project->classes().names, command.classes.rules());
  const auto detections = read_detections(command, format, *project, program);
  for (const std::string& name : detections->classes()) classes.id_of(name);
  classes.require_none_refused();
  if (!classes.added().empty() && !command.options.dry_run) {
    const auto edit = project->edit();
    edit->set_classes(classes.names());
    edit->commit();
  }
  return classes.added();
}

// A bare list of results becomes a dataset; null: the detections are one.
std::unique_ptr<DetectorResults> join_results(AutolabelCommand& command, Program& program) {
  if (!command.ground_truth.empty()) {
    auto joined = std::make_unique<DetectorResults>(command.detections, command.ground_truth, program.files);
    command.detections = joined->path().string();
    command.format = "coco";
    return joined;
  }
  if (!is_result_list(command.detections, program.files)) return nullptr;
  throw UsageError(command.detections +
                   " is a list of results; give the COCO file whose images and categories it names with "
                   "--ground-truth FILE.json");
}

int run_autolabel(AutolabelCommand command, Program& program) {
  const auto joined = join_results(command, program);
  const Format& format = format_of_input(command.format, command.detections, "--format", program.files);
  command.options.dry_run = command.flags.dry_run;
  const std::vector<std::string> added = settle_classes(command, format, program);
  FileSystem& files = project_files(command.project, command.flags.dry_run, program);
  const auto project = open_project_for_work(command.project, command.flags, true, files, program.clock);
  const ClassRules rules = command.classes.rules();
  ClassMapping classes(project->classes().names, rules);
  Engine engine = make_engine(command.predictor, program);
  MemoryLog log(engine.device_memory);
  engine.memory->governor->start();
  const auto pipeline = make_pipeline({command.predictor.limits, embedding_folder(program.environment)},
                                      std::move(engine.parts), log, program.clock);
  AutolabelSummary summary;
  run_shown(
      [&](const std::stop_token& stop, const ProgressListener& on_progress) {
        const auto detections = read_detections(command, format, *project, program);
        summary =
            autolabel(*detections, classes, *project, *pipeline, command.options, program.clock, stop, on_progress);
        for (std::string& each : command.classes.without_class(rules, detections->classes()))
          summary.warnings.push_back(std::move(each));
      },
      {"stopped; the pictures that are done stay, start again to go on", {}});
  print_warnings(summary.warnings);
  command.flags.json ? print_json(command, summary, added) : print_text(command, summary, added);
  return summary.failed.count + summary.without_photo.count > 0 ? exit_failed : exit_done;
}

}  // namespace

void add_autolabel_command(CLI::App& root, Program& program) {
  CLI::App* command = root.add_subcommand(
      "autolabel", "makes masks of what a detector found: its boxes or points are prompts for the model");
  auto options = std::make_shared<AutolabelCommand>();
  command->add_option("PROJECT", options->project, "the category folder; it holds images/")->required();
  command
      ->add_option("DETECTIONS", options->detections,
                   "the detector's output as a dataset: COCO, YOLO or another (formats)")
      ->required();
  command->add_option("--format", options->format, "of DETECTIONS; default: by its look");
  command->add_option("--ground-truth", options->ground_truth,
                      "where DETECTIONS is a bare list of results (COCO's, as for loadRes): the COCO file whose images "
                      "and categories it names");
  command->add_option("--min-score", options->options.min_score, "leave out what the detector was less sure of")
      ->check(number_from_to(0.0, 1.0));
  command->add_flag("--annotated-too", options->options.annotated_too,
                    "put the masks to those of annotated pictures as well; else these are passed over");
  command->add_flag("--refine-edges", options->options.refine_edges,
                    "cut the masks' edges anew in the photo's own pixels");
  command->add_flag("--accepted", options->options.accepted,
                    "the masks are annotations like any; else proposals, to be accepted or rejected in the page");
  add_class_flags(*command, options->classes);
  command->add_option("--classes_csv,--classes-csv", options->flags.classes_csv,
                      "the class list; default: classes.csv in the project");
  command->add_flag("--dry-run", options->flags.dry_run, "say what would be done, ask no model");
  command->add_flag("--json", options->flags.json, "print the result as JSON");
  add_predictor_options(*command, options->predictor);
  command->callback(
      [&program, options] { program.run = [&program, options] { return run_autolabel(*options, program); }; });
}

}  // namespace sam
