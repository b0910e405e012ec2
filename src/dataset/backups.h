// Earlier versions of pictures, in backups/: of each day on which a picture was saved, what it was before the first of these saves
// (backups/20261122/), and what single events replaced (backups/20261122T101500Z/, see backup_folder.h). See docs/file-formats.md.
// Threading: free functions, no state; keep_day for one picture is called by one thread at a time.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dataset/annotation_file.h"
#include "dataset/category_folder.h"
#include "dataset/class_list.h"
#include "platform/clock.h"
#include "platform/file_system.h"

namespace sam {

// Days that are kept of a picture: those on which it was worked on, so that it is about two working weeks of one picture however long ago.
// Events are not counted and never removed.
inline constexpr std::size_t days_kept = 10;

// A picture's files as they are on disk, before they are replaced.
struct PictureOnDisk {
  const std::string& image;
  const std::optional<std::string>& annotations;
  const std::string& labels_file;
  const std::optional<std::string>& labels;
};

// Keeps what is on disk if nothing was kept today (UTC): the annotations file, or the label file where the original tool left only that. Days
// that the clock says are yet to come are neither counted nor removed. A failure is logged: it is no reason to refuse a save.
void keep_day(const PictureOnDisk& disk, const CategoryFolder& folder, FileSystem& files, const Clock& clock);

struct BackupVersion {
  std::string name;            // of the folder in backups/
  std::string time;            // "20261122T101500Z": the picture was like this until then
  std::filesystem::path file;  // in the project
  bool is_labels = false;
};

// By path in the project ("annotations/a.jpg.json", "labels/a.txt"), oldest first. root: the project. Reads names and times only.
std::map<std::string, std::vector<BackupVersion>> list_backups(const std::filesystem::path& root, FileSystem& files);

// Of one picture, oldest first; of a folder that has both files, the annotations.
std::vector<BackupVersion> versions_of(const std::map<std::string, std::vector<BackupVersion>>& all,
                                       const std::string& image, const std::string& labels_file);

// Whether it is a folder of an event: "20261122T101500Z", "20261122T101500Z-2".
bool is_event_name(std::string_view name);

// "20261122", "2026-11-22" or "20261122T101500Z": true. With the number of a folder ("20261122T101500Z-2") too.
bool is_version_name(const std::string& text);

// The version of that name, else the oldest one from then or later: what the picture was at that time. Null: nothing has changed since, or nothing
// is known.
const BackupVersion* version_at(const std::vector<BackupVersion>& versions, const std::string& name);

// The class list as it was then: that of the first change since which replaced it. Nothing if none did. Throws DatasetError, FileError.
std::optional<ClassList> class_list_at(const BackupVersion& version, const std::filesystem::path& root,
                                       FileSystem& files);

// size: the picture's, and classes: of then, for a version that is a label file. Throws DatasetError if it is damaged or gone, FileError.
AnnotationDocument read_version(const BackupVersion& version, const std::string& image, Size size,
                                const std::filesystem::path& root, const ClassList& classes, FileSystem& files);

}  // namespace sam
