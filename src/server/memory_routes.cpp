#include <limits>

#include "server/api.h"
#include "server/memory_replies.h"
#include "server/metrics.h"
#include "server/replies.h"
#include "server/requests.h"

namespace sam {
namespace {

constexpr std::size_t small_body_bytes = 1024;

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

std::uint64_t cached_bytes(const Pipeline& pipeline) {
  std::uint64_t bytes = 0;
  for (const CacheReport& cache : pipeline.caches())
    bytes += cache.limit_bytes == 0 ? cache.bytes : 0;  // not the disk's
  return bytes;
}

Response clear(const ApiParts& parts, const Request& request) {
  const bool keep_current = parse_clear_request(request.body);
  const std::uint64_t before = cached_bytes(parts.pipeline);
  parts.pipeline.clear_cache(keep_current);
  if (!keep_current) parts.session.forget_answers();
  const std::uint64_t after = cached_bytes(parts.pipeline);
  if (parts.options.governor != nullptr) parts.options.governor->sample();
  return json_response(optimized_json({true, before > after ? before - after : 0}, parts.options));
}

Response settings(const ApiParts& parts) {
  return json_response(memory_settings_json(parts.pipeline.prepares_ahead()));
}

Response change_settings(const ApiParts& parts, const Request& request) {
  parts.pipeline.set_prepares_ahead(parse_memory_settings(request.body));
  return settings(parts);
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
      {"POST", memory + "/clear", small_body_bytes, [&parts](const Request& request) { return clear(parts, request); }},
      {"GET", memory + "/settings", 0, [&parts](const Request&) { return settings(parts); }},
      {"PUT", memory + "/settings", small_body_bytes,
       [&parts](const Request& request) { return change_settings(parts, request); }},
      {"GET", "/metrics", 0, [&parts](const Request&) { return metrics(parts); }},
  };
}

}  // namespace sam
