// The formats there are, folders to choose from, and what the page keeps for its user.
#include <nlohmann/json.hpp>

#include "dataset/formats/losses.h"
#include "server/api.h"
#include "server/folder_listing.h"
#include "server/problem.h"
#include "server/replies.h"

namespace sam {
namespace {

using nlohmann::json;

constexpr std::size_t preferences_body_bytes = 256 << 10;
constexpr std::size_t max_path_bytes = 4096;

Response formats_list() {
  json list = json::array();
  for (const Format& each : formats()) {
    list.push_back({{"name", each.name},
                    {"title", each.title},
                    {"extension", each.extension},
                    {"losses", possible_losses(each.features)}});
  }
  return json_response(json{{"formats", std::move(list)}}.dump());
}

Response folders(const ApiParts& parts, const Request& request) {
  const auto found = request.query.find("path");
  const std::string path = found == request.query.end() ? std::string() : found->second;
  if (path.size() > max_path_bytes || path.find('\0') != std::string::npos) {
    throw RequestError("'path' must be at most " + std::to_string(max_path_bytes) + " bytes long", 422);
  }
  if (!path.empty() && !path.starts_with('/')) {
    throw RequestError("'path' must be absolute; it begins with a slash", 422);
  }
  const FolderListing listing =
      list_folder(path.empty() ? parts.store.folder().parent_path() : std::filesystem::path(path));
  const json value = {{"path", listing.path.string()},
                      {"parent", listing.parent ? json(listing.parent->string()) : json()},
                      {"folders", listing.folders},
                      {"files", listing.files}};
  return json_response(value.dump(-1, ' ', false, json::error_handler_t::replace));
}

const KeptPreferences& preferences_of(const ApiParts& parts) {
  if (!parts.options.preferences.read) throw RequestError("this server keeps no preferences", 409);
  return parts.options.preferences;
}

Response put_preferences(const ApiParts& parts, const Request& request) {
  try {
    preferences_of(parts).write(request.body);
  } catch (const std::invalid_argument& error) {
    throw RequestError(error.what(), 422);
  }
  return json_response(preferences_of(parts).read());
}

Response quit(const ApiParts& parts) {
  if (!parts.options.quit) throw RequestError("this server is not ended from the page; stop its program", 409);
  parts.options.quit();
  return json_response("{}");
}

}  // namespace

std::vector<Route> project_routes(ApiParts& parts) {
  const std::string api = "/api/v1";
  return {
      {"GET", api + "/formats", 0, [](const Request&) { return formats_list(); }},
      {"GET", api + "/folders", 0, [&parts](const Request& request) { return folders(parts, request); }},
      {"GET", api + "/preferences", 0,
       [&parts](const Request&) { return json_response(preferences_of(parts).read()); }},
      {"PUT", api + "/preferences", preferences_body_bytes,
       [&parts](const Request& request) { return put_preferences(parts, request); }},
      {"POST", api + "/quit", 0, [&parts](const Request&) { return quit(parts); }},
  };
}

}  // namespace sam
