// Pictures as they were: what backups/ holds, and putting it back. sam-annotator restore PROJECT.
#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "cli/dataset_work.h"
#include "dataset/annotation_file.h"
#include "dataset/backups.h"
#include "dataset/label_file.h"
#include "image/decode.h"
#include "platform/stopped.h"

namespace sam {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

struct RestoreCommand {
  std::string project;
  std::string image;
  std::string version;
  bool list = false;
  bool all = false;
  DatasetFlags flags;
};

void check_usage(const RestoreCommand& command) {
  if (command.list) return;
  if (command.all && !command.image.empty())
    throw UsageError("--all is every picture; leave " + command.image + " out");
  if (!command.all && command.image.empty())
    throw UsageError("name a picture, or give --all with --version; --list shows what there is");
  if (command.all && command.version.empty()) throw UsageError("--all needs --version; --list shows what there is");
  if (!command.version.empty() && !is_version_name(command.version))
    throw UsageError("--version " + command.version + " is neither a day (20261122) nor a time (20261122T101500Z)");
}

// ---- what there is

// Looked at without the project's lock and without writing, so that it can be asked at any time.
struct Listed {
  std::string image;
  std::vector<BackupVersion> versions;
};

std::vector<std::string> sorted_names(const fs::path& folder, FileSystem& files) {
  std::vector<std::string> names = files.status(folder) ? files.list(folder) : std::vector<std::string>();
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<Listed> list_versions(const RestoreCommand& command, const fs::path& root, FileSystem& files) {
  CategoryFolder folder;
  folder.root = root;
  folder.images = fs::canonical(root / "images");
  std::vector<FoundPicture> pictures = list_pictures(folder);
  assign_label_files(pictures, sorted_names(root / "labels", files), sorted_names(root / "annotations", files));
  const auto all = list_backups(root, files);
  std::vector<Listed> listed;
  for (const FoundPicture& picture : pictures) {
    if (!command.image.empty() && picture.name != command.image) continue;
    Listed each{picture.name, versions_of(all, picture.name, label_file_name(picture.name, picture.own_label_file))};
    if (!each.versions.empty()) listed.push_back(std::move(each));
  }
  return listed;
}

// -1: damaged.
int annotations_in(const BackupVersion& version, const fs::path& root, FileSystem& files) {
  const std::string text = files.read(root / version.file).value_or("");
  if (!version.is_labels) return count_annotations(text);
  constexpr std::size_t any_class = std::size_t{1} << 30;
  return static_cast<int>(parse_label_file(text, {1, 1}, any_class, version.file.string()).lines.size());
}

int run_list(const RestoreCommand& command, Program& program) {
  const auto status = program.files.status(fs::path(command.project) / "images");
  if (!status) throw DatasetError(command.project + " has no folder images/; give the folder that holds it");
  const fs::path root = fs::canonical(command.project);
  const std::vector<Listed> listed = list_versions(command, root, program.files);
  ordered_json pictures = ordered_json::array();
  for (const Listed& picture : listed) {
    ordered_json versions = ordered_json::array();
    if (!command.flags.json) std::cout << picture.image << '\n';
    for (const BackupVersion& each : picture.versions) {
      const int count = annotations_in(each, root, program.files);
      if (!command.flags.json) {
        std::cout << "  " << each.name << "  "
                  << (count < 0 ? "damaged" : count_text(static_cast<std::size_t>(count), "annotation", "annotations"))
                  << (each.is_labels ? ", a label file" : "") << ", until " << each.time << '\n';
        continue;
      }
      ordered_json version = {{"version", each.name}, {"until", each.time}, {"file", each.file.string()}};
      version["annotations"] = count < 0 ? ordered_json(nullptr) : ordered_json(count);
      versions.push_back(std::move(version));
    }
    pictures.push_back({{"image", picture.image}, {"versions", std::move(versions)}});
  }
  if (command.flags.json) {
    std::cout << ordered_json{{"project", root.string()}, {"pictures", std::move(pictures)}}.dump(2) << '\n';
  } else if (listed.empty()) {
    std::cout << "no earlier versions" << (command.image.empty() ? "" : " of " + command.image) << '\n';
  }
  return exit_done;
}

// ---- putting it back

struct Restored {
  ordered_json pictures = ordered_json::array();
  std::size_t restored = 0;
  std::size_t unchanged = 0;
  std::size_t without_version = 0;
  std::vector<std::string> classes_added;
};

class Restorer {
 public:
  Restorer(Project& project, const RestoreCommand& command, FileSystem& files)
      : project_(project),
        command_(command),
        files_(files),
        labels_(sorted_names(project.folder() / "labels", files)),
        all_(list_backups(project.folder(), files)),
        edit_(project.edit()),
        names_(project.classes().names) {}

  // Adds it to what is restored if it has a version from then and was not like that.
  void add(const std::string& image) {
    const BackupVersion* version = choose(image);
    if (version == nullptr) {
      ++result_.without_version;
      return;
    }
    Size size;
    if (version->is_labels) size = read_image_info(project_.picture_path(image), command_.flags.limits()).file_size;
    const AnnotationDocument earlier =
        read_version(*version, image, size, project_.folder(), classes_of(*version), files_);
    add_classes(earlier);
    if (!edit_->put_back(image, earlier)) {
      ++result_.unchanged;
      return;
    }
    ++result_.restored;
    if (result_.pictures.size() < most_listed) {
      result_.pictures.push_back(
          {{"image", image}, {"version", version->name}, {"annotations", earlier.annotations.size()}});
    }
  }

  // Throws DatasetError saying what there is if no picture had a version from then. image: one, or empty for all.
  void require_version(const std::string& image) const {
    if (result_.restored + result_.unchanged > 0) return;
    std::set<std::string> names;
    for (const auto& [path, versions] : all_) {
      for (const BackupVersion& each : image.empty() ? versions : versions_) names.insert(each.name);
    }
    const std::string of = image.empty() ? "" : " of " + image;
    if (names.empty())
      throw DatasetError("no version" + of + " in backups/; --list shows what there is, nothing was restored");
    std::string list;
    std::size_t shown = 0;
    for (auto name = names.rbegin(); name != names.rend() && shown < most_named; ++name, ++shown)
      list += (shown == 0 ? "" : ", ") + *name;
    throw DatasetError("no version" + of + " from " + command_.version + " or later in backups/; there is " + list +
                       (names.size() > shown ? ", …" : "") + " (--list shows more); nothing was restored");
  }

  void commit() {
    if (result_.restored > 0) edit_->commit();
  }
  const Restored& result() const { return result_; }

 private:
  static constexpr std::size_t most_listed = 1000;
  static constexpr std::size_t most_named = 10;  // in an error

  // Annotations name their classes; only label files need the list of their time.
  const ClassList& classes_of(const BackupVersion& version) {
    if (!version.is_labels) return project_.classes();
    const auto [known, is_new] = class_lists_.try_emplace(version.time + version.name, project_.classes());
    if (!is_new) return known->second;
    if (auto then = class_list_at(version, project_.folder(), files_)) known->second = *std::move(then);
    return known->second;
  }

  // A class that is gone by now comes back, behind the others, whose rows stay.
  void add_classes(const AnnotationDocument& earlier) {
    const std::size_t before = names_.size();
    for (const StoredAnnotation& stored : earlier.annotations) {
      if (stored.class_name.empty() || std::find(names_.begin(), names_.end(), stored.class_name) != names_.end())
        continue;
      names_.push_back(stored.class_name);
      result_.classes_added.push_back(stored.class_name);
    }
    if (names_.size() > before) edit_->set_classes(names_);
  }

  const BackupVersion* choose(const std::string& image) {
    const bool own = std::binary_search(labels_.begin(), labels_.end(), label_file_name(image, true));
    versions_ = versions_of(all_, image, label_file_name(image, own));
    if (!command_.version.empty()) return version_at(versions_, command_.version);
    return versions_.empty() ? nullptr : &versions_.back();
  }

  Project& project_;
  const RestoreCommand& command_;
  FileSystem& files_;
  const std::vector<std::string> labels_;
  const std::map<std::string, std::vector<BackupVersion>> all_;
  const std::unique_ptr<ProjectEdit> edit_;
  std::vector<std::string> names_;                // of classes, with those that come back
  std::map<std::string, ClassList> class_lists_;  // by version
  std::vector<BackupVersion> versions_;           // of the picture at hand
  Restored result_;
};

void print(const RestoreCommand& command, const Restored& result) {
  if (command.flags.json) {
    const ordered_json json = {{"project", command.project},
                               {"dry_run", command.flags.dry_run},
                               {"restored", result.restored},
                               {"unchanged", result.unchanged},
                               {"without_version", result.without_version},
                               {"classes_added", result.classes_added},
                               {"pictures", result.pictures}};
    std::cout << json.dump(2) << '\n';
    return;
  }
  const char* done = command.flags.dry_run ? "would be restored" : "restored";
  for (const ordered_json& each : result.pictures) {
    const auto count = each.at("annotations").get<std::size_t>();
    std::cout << each.at("image").get<std::string>() << ": " << done << " from "
              << each.at("version").get<std::string>() << ", " << count_text(count, "annotation", "annotations")
              << '\n';
  }
  for (const std::string& name : result.classes_added) std::cout << "class \"" << name << "\" is back in the list\n";
  std::cout << count_text(result.restored, "picture", "pictures") << ' ' << done << ", " << result.unchanged
            << " like that already, " << result.without_version << " without a version from then\n";
  if (result.restored > 0 && !command.flags.dry_run) std::cout << "what they were is in backups/\n";
}

int run_restore(const RestoreCommand& command, Program& program) {
  check_usage(command);
  if (command.list) return run_list(command, program);
  FileSystem& files = project_files(command.project, command.flags.dry_run, program);
  const auto project = open_project_for_work(command.project, command.flags, false, files, program.clock);
  if (!command.all && !project->find(command.image))
    throw DatasetError("no picture called " + command.image + " in images/; --list shows what there is");
  Restorer restorer(*project, command, files);
  if (!command.all) {
    restorer.add(command.image);
    restorer.require_version(command.image);
  }
  run_shown(
      [&](const std::stop_token& stop, const ProgressListener& on_progress) {
        const std::size_t total = command.all ? project->picture_count() : 0;
        for (std::size_t i = 0; i < total; ++i) {
          if (stop.stop_requested()) throw Stopped();
          restorer.add(project->pictures(i, 1).front().name);
          on_progress({i + 1, total, 0});
        }
        if (command.all) restorer.require_version("");
        if (!command.flags.dry_run) restorer.commit();
      },
      stop_text_of_change(command.project, "nothing was restored", program.files));
  print(command, restorer.result());
  return exit_done;
}

}  // namespace

void add_restore_command(CLI::App& root, Program& program) {
  CLI::App* command = root.add_subcommand(
      "restore", "shows what backups/ has of pictures, and puts pictures back as they were; all of it or nothing");
  auto options = std::make_shared<RestoreCommand>();
  command->add_option("PROJECT", options->project, "the category folder; it holds images/")->required();
  command->add_option("IMAGE", options->image, "one picture, by its file name");
  command->add_flag("--all", options->all, "every picture that has a version from then");
  command->add_option("--version", options->version,
                      "a day (20261122: as it was when that day began) or a time of --list; default: the newest");
  command->add_flag("--list", options->list, "only show the versions; works while the project is open");
  add_dataset_flags(*command, options->flags, true);
  command->callback(
      [&program, options] { program.run = [&program, options] { return run_restore(*options, program); }; });
}

}  // namespace sam
