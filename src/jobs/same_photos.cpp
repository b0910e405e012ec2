#include "jobs/same_photos.h"

#include <algorithm>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>

#include "jobs/parallel.h"
#include "platform/hash.h"
#include "platform/stopped.h"

namespace sam {
namespace {

constexpr std::size_t batch_photos = 64;

// Those whose size is another one's too.
std::vector<std::size_t> candidates(const std::vector<SurveyedPicture>& pictures) {
  std::unordered_map<std::uint64_t, std::size_t> of_size;
  for (const SurveyedPicture& each : pictures) ++of_size[each.photo.size_bytes];
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    const FoundPicture& photo = pictures[i].photo;
    if (photo.broken == nullptr && of_size[photo.size_bytes] > 1) places.push_back(i);
  }
  return places;
}

std::string hash_of(const CategoryFolder& folder, const std::string& name) {
  const std::filesystem::path path = folder.images / name;
  if (refused_link(folder, path) != nullptr) return "";
  try {
    return file_hash(path);
  } catch (const FileError&) {
    return "";
  }
}

}  // namespace

std::vector<std::vector<std::size_t>> find_same_photos(const CategoryFolder& folder,
                                                       const std::vector<SurveyedPicture>& pictures, unsigned threads,
                                                       const std::stop_token& stop,
                                                       const ProgressListener& on_progress) {
  const std::vector<std::size_t> places = candidates(pictures);
  std::map<std::pair<std::uint64_t, std::string>, std::vector<std::size_t>> by_content;
  std::vector<std::string> hashes;
  for (std::size_t begin = 0; begin < places.size(); begin += batch_photos) {
    if (stop.stop_requested()) throw Stopped();
    on_progress({begin, places.size(), 0});
    const std::size_t count = std::min(batch_photos, places.size() - begin);
    hashes.assign(count, "");
    for_each_index(count, threads,
                   [&](std::size_t i) { hashes[i] = hash_of(folder, pictures[places[begin + i]].photo.name); });
    for (std::size_t i = 0; i < count; ++i) {
      if (hashes[i].empty()) continue;
      const std::size_t place = places[begin + i];
      by_content[{pictures[place].photo.size_bytes, hashes[i]}].push_back(place);
    }
  }
  std::vector<std::vector<std::size_t>> groups;
  for (auto& [key, group] : by_content) {
    if (group.size() > 1) groups.push_back(std::move(group));
  }
  std::sort(groups.begin(), groups.end());
  return groups;
}

}  // namespace sam
