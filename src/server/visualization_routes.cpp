#include <nlohmann/json.hpp>

#include "jobs/visualization.h"
#include "server/api.h"
#include "server/replies.h"
#include "server/requests.h"

namespace sam {
namespace {

constexpr std::size_t small_body_bytes = 1024;

Response draw(ApiParts& parts, const Request& request) {
  const VisualizationOptions options = parse_visualization_request(request.body);
  const std::string& name = request.params.at("name");
  require_picture(parts.store, name);
  const Gate::Place place(parts.decoding, request.stop);
  try {
    const std::filesystem::path file =
        write_visualization(parts.store, parts.pipeline, *parts.options.files, parts.options.limits, name, options);
    return json_response(nlohmann::json{{"file", file.generic_string()}}.dump());
  } catch (const ImageError& error) {
    throw named(name, error);
  }
}

}  // namespace

std::vector<Route> visualization_routes(ApiParts& parts) {
  return {{"POST", "/api/v1/images/{name}/visualization", small_body_bytes,
           [&parts](const Request& request) { return draw(parts, request); }}};
}

}  // namespace sam
