#include "dataset/project_change.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "dataset/backup_folder.h"
#include "dataset/backups.h"
#include "dataset/project_folders.h"
#include "dataset/store.h"

namespace sam {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t max_decided_bytes = std::uint64_t{1} << 20;
constexpr const char* staged_files = "files";
constexpr const char* staged_removals = "removed";  // empty files of the same names
const char* const class_list_name = "class-list";   // staged beside files/, since its place may be outside the project
const char* const replaced_name = "replaced";       // what backups/ gets

struct Decided {
  fs::path classes_csv;  // relative to the project if it is in there, which may be opened elsewhere next
  std::string backup;    // folder in backups/
};

fs::path staging_of(const CategoryFolder& folder) {
  return folder.annotations / ".change";
}

// Files below a folder, as paths relative to it, in order. Memory: the names.
std::vector<fs::path> files_below(const fs::path& root, FileSystem& files) {
  std::vector<fs::path> found;
  const std::function<void(const fs::path&)> walk = [&](const fs::path& relative) {
    for (const std::string& name : files.list(root / relative)) {
      const fs::path path = relative / name;
      const auto status = files.status(root / path);
      if (!status) continue;
      if (status->kind == FileStatus::Kind::directory) {
        walk(path);
      } else {
        found.push_back(path);
      }
    }
  };
  if (files.status(root)) walk("");
  std::sort(found.begin(), found.end());
  return found;
}

fs::path in_project(const fs::path& path, const CategoryFolder& folder) {
  const fs::path absolute = fs::absolute(path);
  const fs::path relative = absolute.lexically_relative(folder.root);
  return relative.empty() || *relative.begin() == ".." ? absolute : relative;
}

// Onto another disk too: images/ may be a link to one, or labels/ a mount. There it is copied beside its place, flushed and renamed; as long as
// the staged file is there it can be done again.
void move_file(const fs::path& from, const fs::path& to, FileSystem& files) {
  try {
    files.rename(from, to);
    return;
  } catch (const FileError& error) {
    if (error.error_number() != EXDEV) throw;
  }
  const std::unique_ptr<InputFile> in = files.open(from);
  if (!in) throw FileError("cannot read " + from.string() + ": No such file or directory", ENOENT);
  const std::unique_ptr<OutputFile> out = files.create(to);
  std::vector<char> block(std::size_t{1} << 18);
  for (std::uint64_t offset = 0;;) {
    const std::size_t count = in->read(offset, block);
    if (count == 0) break;
    out->write({block.data(), count});
    offset += count;
  }
  out->publish();
  files.remove(from);
}

// The project may come from a stranger: nothing of it goes where this opening of it would not write.
void require_own(const Decided& decided, const fs::path& classes_csv, const fs::path& staging) {
  if (!is_event_name(decided.backup)) {
    throw DatasetError((staging / "decided").string() + " names " + decided.backup +
                       ", which is no folder of backups/; remove annotations/.change to do without the change");
  }
  if (decided.classes_csv.lexically_normal() != classes_csv.lexically_normal()) {
    throw DatasetError("a change that was cut short belongs with the class list " + decided.classes_csv.string() +
                       "; open the project with --classes_csv and that list, or remove annotations/.change to do "
                       "without the change");
  }
}

// Moves what is staged to its place; may be called again after it was cut short.
void put_in_place(const CategoryFolder& folder, const Decided& decided, FileSystem& files) {
  const fs::path staging = staging_of(folder);
  require_there(folder.images, files);
  std::set<fs::path> folders;
  const auto move_all = [&](const fs::path& from, const fs::path& to) {
    for (const fs::path& path : files_below(from, files)) {
      const fs::path target = to / path;
      if (folders.insert(target.parent_path()).second) make_folder(folder, files, target.parent_path());
      move_file(from / path, target, files);
    }
  };
  move_all(staging / replaced_name, folder.backups / decided.backup);
  move_all(staging / staged_files, folder.root);
  std::set<fs::path> emptied;
  for (const fs::path& path : files_below(staging / staged_removals, files)) {
    files.remove(folder.root / path);
    emptied.insert((folder.root / path).parent_path());
  }
  for (const fs::path& each : emptied) {  // on other disks too
    if (files.status(each)) files.flush_folder(each);
  }
  if (const auto text = files.read(staging / class_list_name))
    files.write_atomic(folder.root / decided.classes_csv, *text);
  files.flush(folder.annotations);
  files.remove(staging / "decided");
  files.flush_folder(staging);  // or it would be done again after later changes
  files.remove_folder(staging);
}

}  // namespace

ProjectChange::ProjectChange(const CategoryFolder& folder, fs::path classes_csv, FileSystem& files, const Clock& clock)
    : folder_(folder),
      classes_csv_(std::move(classes_csv)),
      files_(files),
      clock_(clock),
      staging_(staging_of(folder)) {
  require_there(folder_.annotations, files_);
  if (finish_project_change(folder_, classes_csv_, files_)) {
    throw DatasetError(
        "an earlier change of many files could not be put in place at once, and is there only now; open the project "
        "again to go on from what it holds");
  }
  make_folder(folder_, files_, staging_ / staged_files);
}

ProjectChange::~ProjectChange() {
  if (decided_) return;
  try {
    files_.remove(staging_ / "decided");  // first: without it the rest is nothing, however far taking it away comes
    files_.remove_folder(staging_);
  } catch (const FileError& error) {  // the next opening of the project does it
    spdlog::debug("{}", error.what());
  }
}

fs::path ProjectChange::stage(const char* kind, const fs::path& path) {
  fs::path staged = staging_ / kind / path;
  const MutexLock lock(mutex_);
  if (made_.insert(staged.parent_path()).second) {
    require_there(staging_ / staged_files, files_);
    make_folder(folder_, files_, staged.parent_path());
  }
  return staged;
}

void ProjectChange::put(const fs::path& path, std::string_view bytes) {
  files_.write_unflushed(stage(staged_files, path), bytes);
}

void ProjectChange::put_copy(const fs::path& path, const fs::path& from) {
  files_.copy_unflushed(from, stage(staged_files, path));
}

void ProjectChange::put_class_list(std::string_view bytes) {
  files_.write_unflushed(staging_ / class_list_name, bytes);
}

void ProjectChange::remove(const fs::path& path) {
  files_.write_unflushed(stage(staged_removals, path), "");
}

// Staged too: backups/ gets copies that are complete, or none.
void ProjectChange::back_up() {
  std::set<fs::path> made;
  const auto keep = [&](const fs::path& from, const fs::path& as) {
    if (!files_.status(from)) return;
    const fs::path to = staging_ / replaced_name / as;
    if (made.insert(to.parent_path()).second) make_folder(folder_, files_, to.parent_path());
    files_.copy_unflushed(from, to);
  };
  for (const char* kind : {staged_files, staged_removals}) {
    for (const fs::path& path : files_below(staging_ / kind, files_)) keep(folder_.root / path, path);
  }
  if (files_.status(staging_ / class_list_name)) keep(classes_csv_, "classes.csv");
}

void ProjectChange::commit(const std::function<void()>& before_placing) {
  back_up();
  const Decided decided{in_project(classes_csv_, folder_),
                        new_backup_folder(folder_, files_, clock_).filename().string()};
  files_.flush(staging_);
  const nlohmann::json json{{"classes_csv", decided.classes_csv.string()}, {"backup", decided.backup}};
  files_.write_atomic(staging_ / "decided", json.dump() + "\n");
  decided_ = true;
  if (before_placing) before_placing();
  try {
    put_in_place(folder_, decided, files_);
  } catch (const FileError& error) {
    throw FileError(std::string(error.what()) +
                        "; the change is complete on disk and is put in place when the project is opened next",
                    error.error_number());
  }
}

bool finish_project_change(const CategoryFolder& folder, const fs::path& classes_csv, FileSystem& files) {
  const fs::path staging = staging_of(folder);
  if (!files.status(staging)) return false;
  const auto decided = files.read(staging / "decided", max_decided_bytes);
  if (!decided) {
    files.remove_folder(staging);
    return false;
  }
  const auto json = nlohmann::json::parse(*decided, nullptr, false);
  const auto text = [&](const char* key) { return json.is_object() ? json.value(key, nlohmann::json()) : json; };
  if (!text("classes_csv").is_string() || !text("backup").is_string()) {
    throw DatasetError(
        (staging / "decided").string() +
        " is damaged; the change that it belongs to is in files/ beside it: move those into the project, or "
        "remove annotations/.change to do without them");
  }
  const Decided change{text("classes_csv").get<std::string>(), text("backup").get<std::string>()};
  require_own(change, in_project(classes_csv, folder), staging);
  put_in_place(folder, change, files);
  spdlog::warn("a change of many files that was cut short has been completed");
  return true;
}

}  // namespace sam
