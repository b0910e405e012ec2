#include "dataset/backups.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <tuple>
#include <utility>

#include "dataset/backup_folder.h"
#include "dataset/label_file.h"
#include "dataset/label_merge.h"
#include "dataset/store.h"
#include "platform/utc_text.h"

namespace sam {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t max_file_bytes = std::uint64_t{256} << 20;
constexpr std::size_t day_length = 8;    // 20261122
constexpr std::size_t time_length = 16;  // 20261122T101500Z

bool are_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_day(std::string_view name) {
  return name.size() == day_length && are_digits(name);
}

std::string without_dashes(const std::string& text) {
  if (text.size() == 10 && text[4] == '-' && text[7] == '-')
    return text.substr(0, 4) + text.substr(5, 2) + text.substr(8);
  return text;
}

// Of an event: that of its name. Of a day: when its file was written, if that was on this day, else its beginning.
std::string time_of(const std::string& name, const fs::path& file, FileSystem& files) {
  if (!is_day(name)) return name.substr(0, time_length);
  if (const auto status = files.status(file)) {
    const std::string written = utc_stamp(
        std::chrono::system_clock::from_time_t(static_cast<std::time_t>(status->modified_ns / 1'000'000'000)));
    if (written.starts_with(name)) return written;
  }
  return name + "T000000Z";
}

int number_of(const std::string& name) {
  return name.size() > time_length ? std::stoi(name.substr(time_length + 1)) : 1;
}

bool is_older(const BackupVersion& a, const BackupVersion& b) {
  return std::tuple(a.time, is_day(a.name), number_of(a.name)) < std::tuple(b.time, is_day(b.name), number_of(b.name));
}

std::vector<std::string> names_in(const fs::path& folder, FileSystem& files) {
  const auto status = files.status(folder);
  if (!status || status->kind != FileStatus::Kind::directory) return {};
  return files.list(folder);
}

// Where a day keeps a picture.
fs::path kept_annotations(const fs::path& day, const PictureOnDisk& disk) {
  return day / "annotations" / (disk.image + ".json");
}
fs::path kept_labels(const fs::path& day, const PictureOnDisk& disk) {
  return day / "labels" / disk.labels_file;
}

void drop_oldest_days(const PictureOnDisk& disk, const std::string& today, const CategoryFolder& folder,
                      FileSystem& files) {
  std::vector<std::string> days;
  for (std::string& name : files.list(folder.backups)) {
    if (!is_day(name) || name > today) continue;
    const fs::path day = folder.backups / name;
    if (files.status(kept_annotations(day, disk)) || files.status(kept_labels(day, disk)))
      days.push_back(std::move(name));
  }
  std::sort(days.begin(), days.end());
  for (std::size_t i = 0; i + days_kept < days.size(); ++i) {
    const fs::path day = folder.backups / days[i];
    for (const fs::path& file : {kept_annotations(day, disk), kept_labels(day, disk)}) {
      files.remove(file);
      files.remove_empty_folder(file.parent_path());
    }
    files.remove_empty_folder(day);
  }
}

}  // namespace

bool is_event_name(std::string_view name) {
  if (name.size() < time_length || !is_day(name.substr(0, day_length)) || name[day_length] != 'T') return false;
  if (!are_digits(name.substr(9, 6)) || name[15] != 'Z') return false;
  const std::string_view number = name.substr(time_length);
  return number.empty() || (number.front() == '-' && number.size() <= 7 && are_digits(number.substr(1)));
}

void keep_day(const PictureOnDisk& disk, const CategoryFolder& folder, FileSystem& files, const Clock& clock) {
  if (!disk.annotations && !disk.labels) return;
  const std::string today = utc_stamp(clock.wall_now()).substr(0, day_length);
  const fs::path day = folder.backups / today;
  const fs::path annotations = kept_annotations(day, disk);
  const fs::path labels = kept_labels(day, disk);
  try {
    if (files.status(annotations) || files.status(labels)) return;
    const fs::path& file = disk.annotations ? annotations : labels;
    for (const fs::path& each : {day, file.parent_path(), file}) require_inside(folder, each);
    write_backup(folder, files, file, disk.annotations ? *disk.annotations : *disk.labels);
    drop_oldest_days(disk, today, folder, files);
  } catch (const FileError& error) {
    spdlog::warn("today's backup of {}: {}", disk.image, error.what());
  } catch (const DatasetError& error) {
    spdlog::warn("today's backup of {}: {}", disk.image, error.what());
  }
}

std::map<std::string, std::vector<BackupVersion>> list_backups(const fs::path& root, FileSystem& files) {
  std::map<std::string, std::vector<BackupVersion>> all;
  for (const std::string& name : names_in(root / "backups", files)) {
    if (!is_day(name) && !is_event_name(name)) continue;
    for (const char* kind : {"annotations", "labels"}) {
      const fs::path folder = fs::path("backups") / name / kind;
      for (const std::string& file : names_in(root / folder, files)) {
        if (file.starts_with('.') || file.ends_with(".damaged")) continue;  // also what belongs to no picture's version
        all[(fs::path(kind) / file).string()].push_back(
            {name, time_of(name, root / folder / file, files), folder / file, std::string_view(kind) == "labels"});
      }
    }
  }
  for (auto& [path, versions] : all) std::sort(versions.begin(), versions.end(), is_older);
  return all;
}

std::vector<BackupVersion> versions_of(const std::map<std::string, std::vector<BackupVersion>>& all,
                                       const std::string& image, const std::string& labels_file) {
  std::vector<BackupVersion> versions;
  if (const auto found = all.find("annotations/" + image + ".json"); found != all.end()) versions = found->second;
  if (const auto found = all.find("labels/" + labels_file); found != all.end()) {
    for (const BackupVersion& each : found->second) {
      const auto same = [&](const BackupVersion& version) { return version.name == each.name; };
      if (std::none_of(versions.begin(), versions.end(), same)) versions.push_back(each);
    }
  }
  std::sort(versions.begin(), versions.end(), is_older);
  return versions;
}

bool is_version_name(const std::string& text) {
  return is_day(without_dashes(text)) || is_event_name(text);
}

const BackupVersion* version_at(const std::vector<BackupVersion>& versions, const std::string& name) {
  const std::string wanted = without_dashes(name);
  for (const BackupVersion& each : versions) {
    if (each.name == wanted && !is_day(wanted)) return &each;
  }
  const std::string time = is_day(wanted) ? wanted + "T000000Z" : wanted.substr(0, time_length);
  const auto found =
      std::find_if(versions.begin(), versions.end(), [&](const BackupVersion& each) { return each.time >= time; });
  return found == versions.end() ? nullptr : &*found;
}

std::optional<ClassList> class_list_at(const BackupVersion& version, const fs::path& root, FileSystem& files) {
  std::optional<BackupVersion> first;
  for (const std::string& name : names_in(root / "backups", files)) {
    if (!is_event_name(name)) continue;
    const fs::path file = fs::path("backups") / name / "classes.csv";
    if (!files.status(root / file)) continue;
    const BackupVersion each{name, time_of(name, root / file, files), file, false};
    if (!is_older(each, version) && (!first || is_older(each, *first))) first = each;
  }
  if (!first) return std::nullopt;
  return parse_class_list(files.read(root / first->file, max_file_bytes).value_or(""), first->file.string(), true);
}

AnnotationDocument read_version(const BackupVersion& version, const std::string& image, Size size, const fs::path& root,
                                const ClassList& classes, FileSystem& files) {
  const auto text = files.read(root / version.file, max_file_bytes);
  if (!text) throw DatasetError(version.file.string() + " is not there any more");
  if (version.is_labels) {
    AnnotationDocument before;
    before.image = image;
    before.size = size;
    std::vector<std::string> warnings;
    const LabelFile labels = parse_label_file(*text, size, classes.names.size(), version.file.string());
    return merge_labels(before, labels, classes, warnings);
  }
  try {
    return parse_annotation_file(*text);
  } catch (const AnnotationFileError& error) {
    throw DatasetError(version.file.string() + " is damaged (" + error.what() + "); choose another version");
  } catch (const DatasetError& error) {
    throw DatasetError(version.file.string() + ": " + error.what());
  }
}

}  // namespace sam
