#include "dataset/statistics.h"

#include <new>
#include <nlohmann/json.hpp>

namespace sam {

Statistics count_annotations(Store& store) {
  Statistics statistics;
  constexpr std::size_t page = 256;
  for (std::size_t offset = 0; offset < store.picture_count(); offset += page) {
    for (const PictureEntry& entry : store.pictures(offset, page)) {
      ++statistics.images;
      try {
        const LoadedPicture picture = store.load(entry.name);
        if (!picture.content.annotations.empty()) ++statistics.labelled_images;
        for (const Annotation& annotation : picture.content.annotations) {
          ++statistics.annotations;
          ++statistics.annotations_by_class[annotation.class_id];
          statistics.pixels_by_class[annotation.class_id] += mask_area(annotation.mask);
        }
      } catch (const std::bad_alloc&) {  // the picture is not to blame, and the counts would be wrong
        throw;
      } catch (const std::exception& error) {
        statistics.unreadable.push_back(entry.name + ": " + error.what());
      }
    }
  }
  return statistics;
}

std::string statistics_json(const Statistics& statistics, const ClassList& classes) {
  nlohmann::ordered_json json = {{"images", statistics.images},
                                 {"labelled_images", statistics.labelled_images},
                                 {"annotations", statistics.annotations}};
  json["classes"] = nlohmann::ordered_json::array();
  for (const auto& [id, count] : statistics.annotations_by_class) {
    const bool known = id >= 0 && static_cast<std::size_t>(id) < classes.names.size();
    json["classes"].push_back({{"id", id},
                               {"name", known ? classes.names[static_cast<std::size_t>(id)] : "unknown"},
                               {"annotations", count},
                               {"pixels", statistics.pixels_by_class.at(id)}});
  }
  json["unreadable"] = statistics.unreadable;
  return json.dump(2) + "\n";
}

}  // namespace sam
