#include "jobs/picture_match.h"

#include "dataset/category_folder.h"

namespace sam {

std::optional<std::string> PictureMatch::find(const DatasetEntry& entry) {
  if (store_.position(entry.name)) return entry.name;
  if (!entry.photo.empty()) {
    std::string name = entry.photo.filename().string();
    if (store_.position(name)) return name;
    return std::nullopt;
  }
  if (has_picture_extension(entry.name)) return std::nullopt;  // another picture's
  if (by_base_.empty()) {
    for (const PictureEntry& each : store_.pictures(0, store_.picture_count())) {
      const auto [known, is_first] = by_base_.emplace(std::string(base_name(each.name)), each.name);
      if (!is_first) known->second.clear();
    }
  }
  auto found = by_base_.find(entry.name);
  if (found == by_base_.end()) found = by_base_.find(std::string(base_name(entry.name)));
  if (found == by_base_.end() || found->second.empty()) return std::nullopt;
  return found->second;
}

}  // namespace sam
