#include "dataset/durable_scene.h"

#include <fstream>
#include <utility>

#include "dataset/backups.h"
#include "dataset/project_folder.h"

namespace sam {
namespace {

namespace fs = std::filesystem;

constexpr Size size{40, 30};

void put(const fs::path& path, std::string_view bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

std::string get(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

using Act = std::function<void()>;

// An operation of an open project.
Operation on_project(
    std::string name, std::function<void(Project&)> act,
    std::function<void(const fs::path&)> prepare = [](const fs::path&) {}) {
  Operation operation;
  operation.name = std::move(name);
  operation.prepare = std::move(prepare);
  operation.begin = [act = std::move(act)](const fs::path& folder, FileSystem& files, const Clock& clock) -> Act {
    std::shared_ptr<Project> project = open_scene(folder, files, clock);
    return [project, act] { act(*project); };
  };
  return operation;
}

Operation opening(std::string name, std::function<void(const fs::path&)> prepare) {
  Operation operation;
  operation.name = std::move(name);
  operation.prepare = std::move(prepare);
  operation.begin = [](const fs::path& folder, FileSystem& files, const Clock& clock) -> Act {
    return [&files, &clock, folder] { open_scene(folder, files, clock); };
  };
  return operation;
}

void import_into(Project& project, const char* removed) {
  const std::unique_ptr<ProjectEdit> edit = project.edit();
  if (removed != nullptr) edit->remove_file(removed);
  edit->set_classes({"car", "truck", "bus", "tram"});
  edit->add_photo("d.bmp", project.folder() / "images" / "c.bmp");
  for (const char* name : {"a.bmp", "b.bmp", "c.bmp", "d.bmp"}) {
    edit->put({name, size, 9, {rectangle(8, 3, {2, 2, 12, 12}, size)}}, {R"({"from":"elsewhere"})"});
  }
  edit->commit();
}

void import_and_remove(Project& project) {
  import_into(project, "labels/old.txt");
}

void restore_all(Project& project) {
  PosixFileSystem files;
  const auto all = list_backups(project.folder(), files);
  const std::unique_ptr<ProjectEdit> edit = project.edit();
  for (const char* name : {"a.bmp", "b.bmp"}) {
    const BackupVersion version = versions_of(all, name, label_file_name(name, false)).front();
    edit->put_back(name, read_version(version, name, size, project.folder(), project.classes(), files));
  }
  edit->commit();
}

// The same picture saved once more on the same day.
void save_today(const fs::path& folder) {
  PosixFileSystem files;
  MovableClock clock;
  clock.move(std::chrono::hours(24));
  annotate(*open_scene(folder, files, clock), "a.bmp", 2);
}

}  // namespace

Snapshot snapshot(const fs::path& folder) {
  Snapshot found;
  for (auto entry = fs::recursive_directory_iterator(folder); entry != fs::recursive_directory_iterator(); ++entry) {
    const std::string name = entry->path().filename();
    if (name == ".change") entry.disable_recursion_pending();
    if (!entry->is_regular_file() || name.starts_with("index.sqlite") || name == ".lock" || is_temporary_name(name))
      continue;
    found[entry->path().lexically_relative(folder)] = get(entry->path());
  }
  return found;
}

std::unique_ptr<Project> open_scene(const fs::path& folder, FileSystem& files, const Clock& clock) {
  StoreOptions options;
  options.folder = folder;
  return open_project(options, files, clock);
}

void annotate(Store& store, const std::string& name, int class_id) {
  LoadedPicture loaded = store.load(name);
  const double at = static_cast<double>(loaded.content.next_id);
  loaded.content.annotations.push_back(
      rectangle(loaded.content.next_id++, class_id, {at, at, at + 9, at + 5}, loaded.content.size));
  store.save(loaded.content, loaded.revision);
}

Told ask(const fs::path& folder, FileSystem& files, const Clock& clock) {
  const std::unique_ptr<Project> project = open_scene(folder, files, clock);
  Told told;
  told.classes = project->classes().names;
  for (const PictureEntry& entry : project->pictures(0, project->picture_count())) {
    LoadedPicture loaded = project->load(entry.name);
    told.pictures[entry.name] = std::move(loaded.content);
    told.warnings.insert(told.warnings.end(), loaded.warnings.begin(), loaded.warnings.end());
  }
  return told;
}

void make_scene(const fs::path& folder, const Clock& clock) {
  PosixFileSystem files;
  for (const char* name : {"a.bmp", "b.bmp", "c.bmp"}) put(folder / "images" / name, bmp(size.width, size.height));
  put(folder / "classes.csv", "class_name\ncar\ntruck\nbus\n");
  put(folder / "labels/b.txt", "1 0.250000 0.100000 0.500000 0.100000 0.500000 0.800000\n9 9 kept\n");
  const std::unique_ptr<Project> project = open_scene(folder, files, clock);
  annotate(*project, "a.bmp", 0);
  annotate(*project, "a.bmp", 1);
  project->save_history("a.bmp", "{\"steps\":1}\n");
  project->remember("current", "a.bmp");
}

std::vector<Operation> durable_operations() {
  std::vector<Operation> all;
  all.push_back(on_project("save, the first of a day", [](Project& project) { annotate(project, "a.bmp", 2); }));
  all.push_back(on_project("save", [](Project& project) { annotate(project, "a.bmp", 2); }, save_today));
  all.push_back(
      on_project("first save, of the original's labels", [](Project& project) { annotate(project, "b.bmp", 2); }));
  all.push_back(on_project("first save, of a new picture", [](Project& project) { annotate(project, "c.bmp", 2); }));
  all.push_back(on_project(
      "reading an edited label file", [](Project& project) { project.load("a.bmp"); },
      [](const fs::path& folder) {
        put(folder / "labels/a.txt", "2 0.100000 0.100000 0.900000 0.100000 0.900000 0.800000\n");
      }));
  all.push_back(on_project("undo history", [](Project& project) { project.save_history("a.bmp", "{\"steps\":2}\n"); }));
  all.push_back(on_project("what is shown", [](Project& project) { project.remember("current", "b.bmp"); }));
  all.push_back(on_project("import, with a class list", [](Project& project) { import_into(project, nullptr); }));
  all.back().whole = true;
  all.push_back(on_project("import, onto three disks", import_and_remove,
                           [](const fs::path& folder) { put(folder / "labels/old.txt", "0 0.5 0.5 0.1 0.1\n"); }));
  all.back().whole = true;
  all.back().other_disks = {"images", "labels"};
  all.push_back(on_project("restoring", restore_all, [](const fs::path& folder) {
    save_today(folder);
    PosixFileSystem files;
    annotate(*open_scene(folder, files, MovableClock()), "b.bmp", 2);
  }));
  all.back().whole = true;
  all.push_back(opening("opening for the first time", [](const fs::path& folder) {
    for (const char* made : {"annotations", "backups", "metadata", "masks", "exports"}) fs::remove_all(folder / made);
    fs::remove(folder / "labels/a.txt");
  }));
  all.push_back(on_project(
      "setting a damaged file aside", [](Project& project) { project.load("a.bmp"); },
      [](const fs::path& folder) { put(folder / "annotations/a.bmp.json", "{\"format\":1,"); }));
  all.push_back(on_project("setting an undo history aside", [](Project& project) {
    project.set_history_aside("a.bmp", project.load_history("a.bmp").value_or(""));
  }));
  return all;
}

}  // namespace sam
