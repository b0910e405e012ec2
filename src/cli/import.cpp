// A dataset of other tools read into a project: sam-annotator import IN PROJECT.
#include <iostream>
#include <nlohmann/json.hpp>
#include <utility>

#include "cli/import_command.h"
#include "cli/word_option.h"
#include "dataset/class_name.h"
#include "jobs/unpacked_input.h"
#include "platform/temporary_folder.h"

namespace sam {
namespace {

using nlohmann::ordered_json;

// A project that is made for the import where there is nothing yet, and goes again if nothing came of it. For a dry run it is made elsewhere.
class NewProject {
 public:
  NewProject(const std::string& folder, bool dry_run, FileSystem& files) : folder_(folder), files_(files) {
    const auto status = files_.status(folder_);
    if (status && (status->kind != FileStatus::Kind::directory || !files_.list(folder_).empty())) return;
    was_empty_folder_ = status.has_value() && !dry_run;
    is_new_ = true;
    if (dry_run) folder_ = make_temporary_folder().string();
    files_.create_directories(std::filesystem::path(folder_) / "images");
    files_.write_atomic(std::filesystem::path(folder_) / "classes.csv", "class_name\n");
  }
  ~NewProject() {
    if (!is_new_ || keep_) return;
    try {
      was_empty_folder_ ? empty_again() : files_.remove_folder(folder_);
    } catch (const FileError& error) {
      std::cerr << "sam-annotator: " << error.what() << '\n';
    }
  }
  NewProject(const NewProject&) = delete;
  NewProject& operator=(const NewProject&) = delete;
  const std::string& folder() const { return folder_; }
  bool is_new() const { return is_new_; }
  void keep() { keep_ = true; }

 private:
  void empty_again() {
    for (const std::string& name : files_.list(folder_)) {
      const std::filesystem::path path = std::filesystem::path(folder_) / name;
      std::filesystem::is_directory(path) ? files_.remove_folder(path) : files_.remove(path);
    }
  }

  std::string folder_;
  FileSystem& files_;
  bool was_empty_folder_ = false;
  bool is_new_ = false;
  bool keep_ = false;
};

ordered_json named(const NamedCount& names) {
  return {{"count", names.count}, {"first", names.first}};
}

void print_json(const ImportCommand& command, const Format& format, const ImportSummary& summary) {
  const ordered_json json = {{"project", command.project},
                             {"format", format.name},
                             {"dry_run", command.options.dry_run},
                             {"pictures", summary.pictures},
                             {"annotations", summary.annotations},
                             {"photos_added", summary.photos_added},
                             {"classes_added", summary.classes_added},
                             {"kept", named(summary.kept)},
                             {"replaced", named(summary.replaced)},
                             {"merged", named(summary.merged)},
                             {"same_objects", summary.same_objects},
                             {"without_photo", named(summary.without_photo)},
                             {"failed", named(summary.failed)},
                             {"left_out_by_class", summary.left_out_by_class},
                             {"warnings", summary.warnings},
                             {"seconds", summary.seconds}};
  std::cout << json.dump(2) << '\n';
}

void print_text(const ImportCommand& command, const Format& format, const ImportSummary& summary) {
  char seconds[32];
  std::snprintf(seconds, sizeof seconds, " in %.1f s", summary.seconds);
  std::cout << command.project << (command.options.dry_run ? " would get " : " got ")
            << count_text(summary.annotations, "annotation", "annotations") << " on "
            << count_text(summary.pictures, "picture", "pictures") << " from " << format.title << seconds << '\n';
  const auto line = [](const NamedCount& names, const std::string& what) {
    if (names.count > 0) std::cout << "  " << what << ": " << names.text() << '\n';
  };
  if (summary.photos_added > 0) std::cout << "  photos added: " << summary.photos_added << '\n';
  if (!summary.classes_added.empty()) {
    std::cout << "  classes added:";
    for (const std::string& name : summary.classes_added)
      std::cout << ' ' << name << (name == summary.classes_added.back() ? "" : ",");
    std::cout << '\n';
  }
  line(summary.kept, "annotated in both, the project's kept");
  line(summary.replaced, "annotated in both, replaced (before: backups/)");
  line(summary.merged, "annotated in both, merged");
  if (summary.same_objects > 0) std::cout << "  objects that were there already: " << summary.same_objects << '\n';
  line(summary.without_photo, "left out, no photo of that name");
  line(summary.failed, "left out, cannot be read");
  for (const auto& [name, count] : summary.left_out_by_class) {
    std::cout << "  left out, class \"" << name << "\": " << count_text(count, "object", "objects") << '\n';
  }
}

// A dataset would be changed while it is read.
void require_apart(const std::string& in, const std::string& project) {
  if (std::filesystem::weakly_canonical(in) != std::filesystem::weakly_canonical(project)) return;
  throw DatasetError(project + " is what is read; give another folder for the project");
}

}  // namespace

int run_import(ImportCommand command, const Format& format, Program& program) {
  command.options.classes = command.classes.rules();
  command.options.photos = !command.no_photos;
  command.options.dry_run = command.flags.dry_run;
  command.options.threads = command.flags.thread_count();
  command.options.limits = command.flags.limits();
  require_no_dangling_link(command.project, program.files);
  require_apart(command.in, command.project);
  NewProject made(command.project, command.flags.dry_run, program.files);
  ImportSummary summary;
  run_shown(
      [&](const std::stop_token& stop, const ProgressListener& on_progress) {
        FileSystem& files = project_files(made.folder(), command.flags.dry_run && !made.is_new(), program);
        const auto project = open_project_for_work(made.folder(), command.flags, true, files, program.clock);
        command.options.splits = read_splits(*project, files);
        const auto reader = format.read({program.files, command.in, project->classes().names});
        const std::vector<std::string> listed = reader->classes();
        for (const std::string& name : listed) require_class_name(name, command.in);
        summary = import_dataset(*reader, format, *project, command.options, program.clock, stop, on_progress);
        for (std::string& each : command.classes.without_class(command.options.classes, listed))
          summary.warnings.push_back(std::move(each));
      },
      stop_text_of_change(command.project, "nothing was imported", program.files));
  if (!command.flags.dry_run && summary.pictures + summary.photos_added > 0) made.keep();
  print_warnings(summary.warnings);
  command.flags.json ? print_json(command, format, summary) : print_text(command, format, summary);
  return summary.failed.count + summary.without_photo.count > 0 ? exit_failed : exit_done;
}

int run_import_of_any(ImportCommand command, const std::string& format_name, const std::string& flag,
                      Program& program) {
  std::unique_ptr<const UnpackedInput> input;
  const auto unpack = [&](const std::stop_token& stop, const ProgressListener& on_progress) {
    const auto began = program.clock.now();
    input = std::make_unique<const UnpackedInput>(
        program.files, command.in, stop, [&](std::uint64_t done, std::uint64_t all) {
          on_progress({done, all, std::chrono::duration<double>(program.clock.now() - began).count()});
        });
  };
  const auto run = [&] {
    const Format& format = format_of_input(format_name, command.in, flag, program.files);
    return run_import(std::move(command), format, program);
  };
  if (!is_archive(program.files, command.in)) return run();
  run_shown(unpack, {"stopped; nothing was imported", {}});
  command.in = input->path().string();
  try {
    return run();
  } catch (const UsageError& error) {
    throw UsageError(input->about_given(error.what()));
  } catch (const DatasetError& error) {
    throw DatasetError(input->about_given(error.what()));
  }
}

void add_import_flags(CLI::App& command, ImportCommand& options) {
  add_word_option<OnConflict>(command, "--on-conflict", options.options.on_conflict,
                              {{"refuse", OnConflict::refuse},
                               {"keep", OnConflict::keep},
                               {"replace", OnConflict::replace},
                               {"merge", OnConflict::merge}},
                              "pictures annotated in both: nothing is imported (default), the project's objects are "
                              "kept, or replaced by the dataset's, or both become one set");
  command
      .add_option("--merge-iou", options.options.merge_iou, "merge: objects of a class that overlap this much are one")
      ->check(number_from_to(0.01, 1.0))
      ->capture_default_str();
  add_class_flags(command, options.classes);
  command.add_flag("--proposals", options.options.proposals,
                   "objects come as proposals, to be accepted or rejected in the page; pictures without any stay new");
  command.add_flag("--empty-as-new", options.options.empty_as_new,
                   "pictures without objects stay new; else somebody looked at them, and nothing is on them");
  command.add_flag("--no-photos", options.no_photos, "do not copy photos that the project lacks");
  command.add_flag("--skip-errors", options.options.skip_errors,
                   "leave out pictures that cannot be read, and list them");
  add_dataset_flags(command, options.flags, true);
}

void add_import_command(CLI::App& root, Program& program) {
  CLI::App* command =
      root.add_subcommand("import", "reads a dataset of another tool into a project: all of it, or nothing");
  auto options = std::make_shared<ImportCommand>();
  auto format = std::make_shared<std::string>();
  command->add_option("IN", options->in, "the dataset: a folder, a file or a ZIP archive")->required();
  command->add_option("PROJECT", options->project, "the category folder; made if it is not there")->required();
  command->add_option("--format", *format, "IN's format; default: by its look (see formats)");
  add_import_flags(*command, *options);
  command->callback([&program, options, format] {
    program.run = [&program, options, format] { return run_import_of_any(*options, *format, "--format", program); };
  });
}

}  // namespace sam
