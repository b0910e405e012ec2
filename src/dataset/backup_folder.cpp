#include "dataset/backup_folder.h"

#include <chrono>
#include <ctime>
#include <string>

namespace sam {

std::filesystem::path new_backup_folder(const CategoryFolder& folder, FileSystem& files, const Clock& clock) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(clock.wall_now());
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  char stamp[32];
  std::strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &utc);
  std::filesystem::path path = folder.backups / stamp;
  for (int i = 2; files.status(path); ++i) path = folder.backups / (std::string(stamp) + "-" + std::to_string(i));
  return path;
}

}  // namespace sam
