#include <limits>

#include "server/api.h"
#include "server/memory_replies.h"
#include "server/metrics.h"
#include "server/replies.h"

namespace sam {
namespace {

Response history(const ApiParts& parts) {
  std::vector<std::string> domains;
  if (parts.options.governor != nullptr) domains = parts.options.governor->domains();
  return json_response(memory_history_json(parts.history.points(), domains, parts.options.memory_interval_ms));
}

Response events(const ApiParts& parts, const Request& request) {
  const std::size_t after = query_number(request, "after", 0, 0, std::numeric_limits<std::size_t>::max());
  std::vector<MemoryEvent> entries;
  if (parts.options.governor != nullptr) entries = parts.options.governor->events_after(after);
  return json_response(memory_events_json(entries));
}

Response optimize(const ApiParts& parts) {
  OptimizeResult result;
  if (parts.options.governor != nullptr) result = parts.options.governor->optimize_memory(true);
  return json_response(optimized_json(result, parts.options));
}

Response metrics(const ApiParts& parts) {
  Response response;
  response.content_type = metrics_content_type;
  response.body = metrics_text(parts.options);
  response.headers = {{"Cache-Control", "no-store"}};
  return response;
}

}  // namespace

std::vector<Route> memory_routes(ApiParts& parts) {
  const std::string memory = "/api/v1/memory";
  return {
      {"GET", memory, 0, [&parts](const Request&) { return json_response(memory_json(parts.options)); }},
      {"GET", memory + "/history", 0, [&parts](const Request&) { return history(parts); }},
      {"GET", memory + "/events", 0, [&parts](const Request& request) { return events(parts, request); }},
      {"POST", memory + "/optimize", 16, [&parts](const Request&) { return optimize(parts); }},
      {"GET", "/metrics", 0, [&parts](const Request&) { return metrics(parts); }},
  };
}

}  // namespace sam
