#include <limits>

#include "server/api.h"
#include "server/filter_query.h"
#include "server/list_replies.h"
#include "server/problem.h"
#include "server/replies.h"

namespace sam {
namespace {

// Encoding and embedding of each. A listed picture need not have a path: it may be a link that leads out of the project.
std::vector<ListedPicture> with_encodings(const ApiParts& parts, std::vector<PictureEntry> entries) {
  std::vector<ListedPicture> list;
  list.reserve(entries.size());
  std::vector<PicturePath> paths;
  std::vector<std::size_t> with_path;
  for (PictureEntry& entry : entries) {
    ListedPicture& listed = list.emplace_back();
    listed.entry = std::move(entry);
    if (listed.entry.state == PictureEntry::State::broken) continue;
    try {
      paths.push_back({parts.store.picture_path(listed.entry.name)});
    } catch (const DatasetError&) {
      continue;
    }
    listed.encoding = parts.pipeline.encoding(paths.back()).state;
    with_path.push_back(list.size() - 1);
  }
  const std::vector<bool> kept = parts.pipeline.kept_on_disk(paths);
  for (std::size_t i = 0; i < with_path.size(); ++i) list[with_path[i]].kept = kept[i];
  return list;
}

Response images(const ApiParts& parts, const Request& request) {
  const std::size_t offset = query_number(request, "offset", 0, 0, std::numeric_limits<std::uint32_t>::max());
  const std::size_t limit = query_number(request, "limit", 200, 1, 1000);
  const PictureFilter filter = parse_picture_filter(request);
  PicturePage found;
  if (filter.takes_all()) {
    found.all = found.total = parts.store.picture_count();
    found.entries = parts.store.pictures(offset, limit);
  } else {
    found = parts.store.pictures(filter, offset, limit);
  }
  return json_response(images_json({found.total, found.all, offset, with_encodings(parts, std::move(found.entries))}));
}

int step_of(const Request& request) {
  const auto found = request.query.find("step");
  if (found == request.query.end() || found->second == "1") return 1;
  if (found->second == "-1") return -1;
  throw RequestError("'step' must be 1 (forwards) or -1 (backwards)", 422);
}

Response next_image(const ApiParts& parts, const Request& request) {
  if (!request.query.contains("from")) throw RequestError("'from' is missing: a position in the whole list", 422);
  const std::size_t from = query_number(request, "from", 0, 0, std::numeric_limits<std::uint32_t>::max());
  std::vector<PictureEntry> found;
  if (auto next = parts.store.next_picture(parse_picture_filter(request), from, step_of(request))) {
    found.push_back(*std::move(next));
  }
  const std::vector<ListedPicture> listed = with_encodings(parts, std::move(found));
  return json_response(next_image_json(listed.empty() ? nullptr : listed.data()));
}

}  // namespace

std::vector<Route> list_routes(ApiParts& parts) {
  const std::string api = "/api/v1";
  return {
      {"GET", api + "/images", 0, [&parts](const Request& request) { return images(parts, request); }},
      {"GET", api + "/images/next", 0, [&parts](const Request& request) { return next_image(parts, request); }},
      {"GET", api + "/project/progress", 0, [&parts](const Request&) { return json_response(parts.progress.json()); }},
  };
}

}  // namespace sam
