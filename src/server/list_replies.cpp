#include "server/list_replies.h"

#include <nlohmann/json.hpp>

namespace sam {
namespace {

using nlohmann::json;

// File names need not be UTF-8; an answer must be.
std::string text_of(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

const char* state_name(PictureEntry::State state) {
  switch (state) {
    case PictureEntry::State::fresh:
      return "new";
    case PictureEntry::State::labelled:
      return "labelled";
    case PictureEntry::State::broken:
      return "broken";
  }
  return "new";
}

json entry_json(const ListedPicture& picture) {
  const PictureEntry& entry = picture.entry;
  json item = {{"name", entry.name},
               {"position", entry.position},
               {"state", state_name(entry.state)},
               {"annotation_count", entry.annotation_count},
               {"proposals", entry.proposals},
               {"rejected", entry.rejected},
               {"reviewed", entry.reviewed},
               {"faulty", entry.faulty},
               {"kept", picture.kept},
               {"encoding", encoding_state_name(picture.encoding)}};
  if (!entry.reason.empty()) item["reason"] = entry.reason;
  if (entry.size.width > 0) {
    item["width"] = entry.size.width;
    item["height"] = entry.size.height;
  }
  return item;
}

}  // namespace

std::string images_json(const ListedPage& page) {
  json list = json::array();
  for (const ListedPicture& picture : page.pictures) list.push_back(entry_json(picture));
  return text_of({{"total", page.total}, {"all", page.all}, {"offset", page.offset}, {"images", std::move(list)}});
}

std::string next_image_json(const ListedPicture* picture) {
  return text_of({{"image", picture == nullptr ? json() : entry_json(*picture)}});
}

std::string progress_json(const PictureCounts& counts, const AnnotatingRates& rates) {
  const double left_s =
      rates.images_per_hour > 0 ? static_cast<double>(counts.fresh) / rates.images_per_hour * 3600 : 0;
  return text_of({{"images", counts.images},
                  {"new", counts.fresh},
                  {"labelled", counts.labelled},
                  {"empty", counts.empty},
                  {"proposed", counts.proposed},
                  {"reviewed", counts.reviewed},
                  {"faulty", counts.faulty},
                  {"broken", counts.broken},
                  {"annotations", counts.annotations},
                  {"proposals", counts.proposals},
                  {"rejected", counts.rejected},
                  {"seconds_per_object", rates.seconds_per_object},
                  {"objects_per_hour", rates.objects_per_hour},
                  {"images_per_hour", rates.images_per_hour},
                  {"left_s", left_s}});
}

}  // namespace sam
