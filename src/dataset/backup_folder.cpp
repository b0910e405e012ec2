#include "dataset/backup_folder.h"

#include <string>

#include "dataset/project_folders.h"
#include "platform/utc_text.h"

namespace sam {

std::filesystem::path new_backup_folder(const CategoryFolder& folder, FileSystem& files, const Clock& clock) {
  const std::string stamp = utc_stamp(clock.wall_now());
  std::filesystem::path path = folder.backups / stamp;
  for (int i = 2; files.status(path); ++i) path = folder.backups / (stamp + "-" + std::to_string(i));
  return path;
}

void write_backup(const CategoryFolder& folder, FileSystem& files, const std::filesystem::path& file,
                  std::string_view bytes) {
  require_there(folder.backups, files);
  make_folder(folder, files, file.parent_path());
  files.write_atomic(file, bytes);
}

// Written there before it is removed here: renaming is not durable, and backups/ may be on another disk.
std::filesystem::path set_aside(const CategoryFolder& folder, FileSystem& files, const Clock& clock,
                                const std::filesystem::path& file, std::string_view bytes) {
  const std::filesystem::path place = file.lexically_relative(folder.root).string() + ".damaged";
  const std::filesystem::path kept = new_backup_folder(folder, files, clock) / place;
  write_backup(folder, files, kept, bytes);
  files.remove(file);
  return kept.lexically_relative(folder.root);
}

}  // namespace sam
