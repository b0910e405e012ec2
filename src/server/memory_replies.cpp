#include "server/memory_replies.h"

#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>

#include "memory/byte_text.h"

namespace sam {
namespace {

using nlohmann::json;

std::string text_of(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

MemoryInfo info_of(const DomainSnapshot& domain) {
  MemoryReading reading;
  reading.used_bytes = domain.used_bytes;
  reading.total_bytes = domain.total_bytes;
  reading.free_bytes = domain.free_bytes;
  return memory_info(reading);
}

// "Used: 2.45 GB / Total: 8.00 GB (30.6%)", or that it cannot be read, with the last numbers if there are any.
std::string domain_line(const DomainSnapshot& domain) {
  if (domain.readable) return info_of(domain).formatted;
  if (domain.total_bytes == 0) return "cannot be read";
  return "cannot be read (last known: " + info_of(domain).formatted + ")";
}

json domain_json(const DomainSnapshot& domain, const std::string& id, const std::string& name) {
  json owners = json::object();
  for (std::size_t i = 0; i < owner_count; ++i) owners[owner_name(static_cast<Owner>(i))] = domain.by_owner[i];
  return {{"domain", id},
          {"name", name},
          {"used", domain.used_bytes},
          {"total", domain.total_bytes},
          {"free", domain.free_bytes},
          {"own", domain.own_bytes},
          {"limit", domain.limit_bytes},
          {"reserved", domain.reserved_bytes},
          {"other", domain.other_bytes},
          {"by_owner", std::move(owners)},
          {"utilization", domain.utilization},
          {"pressure", domain.pressure},
          {"level", domain.readable ? memory_level_name(domain.level) : "unknown"},
          {"readable", domain.readable},
          {"formatted", domain.readable ? info_of(domain).formatted : unreadable_sentence(id)}};
}

json recovery_json(const RecoveryStatistics& statistics) {
  json rungs = json::array();
  for (std::size_t i = 0; i < rung_count; ++i) {
    const RungStatistics& rung = statistics.rungs[i];
    rungs.push_back({{"rung", rung_name(static_cast<RungKind>(i))},
                     {"runs", rung.runs},
                     {"skips", rung.skips},
                     {"rescues", rung.rescues},
                     {"freed_bytes", rung.freed_bytes},
                     {"seconds", rung.milliseconds / 1000}});
  }
  return {{"operations", statistics.operations}, {"exhausted", statistics.exhausted}, {"rungs", std::move(rungs)}};
}

json caches_json(const ServerOptions& options) {
  json caches = json::array();
  if (!options.caches) return caches;
  for (const CacheReport& cache : options.caches()) {
    json value = {{"name", cache.name},
                  {"entries", cache.entries},
                  {"bytes", cache.bytes},
                  {"hits", cache.hits},
                  {"misses", cache.misses}};
    if (cache.limit_bytes > 0) {
      value["limit"] = cache.limit_bytes;
      value["dropped"] = cache.dropped;
      value["damaged"] = cache.damaged;
    }
    caches.push_back(std::move(value));
  }
  return caches;
}

json domains_json(const ServerOptions& options, const MemorySnapshot& snapshot, std::vector<std::string>& names) {
  const std::vector<std::string> ids = options.governor->domains();
  json domains = json::array();
  for (std::size_t i = 0; i < snapshot.domain_count && i < ids.size(); ++i) {
    names.push_back(domain_name(options, ids[i]));
    domains.push_back(domain_json(snapshot.domains[i], ids[i], names.back()));
  }
  return domains;
}

json memory_value(const ServerOptions& options) {
  MemorySnapshot snapshot;
  MemoryOptions limits;
  MemoryStatus status;
  std::string formatted = cpu_memory_sentence;
  std::vector<std::string> names;
  json domains = json::array();
  if (options.governor != nullptr) {
    snapshot = options.governor->snapshot();
    limits = options.governor->options();
    status = options.governor->check_memory_status();
    formatted = options.governor->safe_get_memory_info().formatted;
    domains = domains_json(options, snapshot, names);
  }
  const auto wall = std::chrono::system_clock::now().time_since_epoch();
  return {{"time_ms", std::chrono::duration_cast<std::chrono::milliseconds>(wall).count()},
          {"line", memory_line(snapshot, names)},
          {"formatted", formatted},
          {"level", memory_level_name(snapshot.level)},
          {"message", status.message},
          {"thresholds", {{"warning", limits.warning_threshold}, {"critical", limits.critical_threshold}}},
          {"domains", std::move(domains)},
          {"caches", caches_json(options)},
          {"recovery", recovery_json(options.recovery ? options.recovery() : RecoveryStatistics())}};
}

json event_value(const MemoryEvent& entry) {
  return {{"number", entry.number}, {"time_ms", entry.wall_ms}, {"kind", entry.kind}, {"text", entry.text}};
}

// Four places are more than a chart shows.
double rounded(float value) {
  return std::round(static_cast<double>(value) * 1e4) / 1e4;
}

}  // namespace

std::string domain_name(const ServerOptions& options, const std::string& domain) {
  const auto found = options.domain_names.find(domain);
  if (found != options.domain_names.end()) return found->second;
  return domain == "host" ? "Host" : domain;
}

std::string memory_line(const MemorySnapshot& snapshot, const std::vector<std::string>& names) {
  if (names.empty()) return cpu_memory_sentence;
  std::string line = "SAM Annotator " + byte_text(snapshot.domains[0].own_bytes);
  for (std::size_t i = 0; i < names.size(); ++i) line += " · " + names[i] + " " + domain_line(snapshot.domains[i]);
  if (names.size() == 1) line += " · no GPU";
  return line;
}

std::string memory_json(const ServerOptions& options) {
  return text_of(memory_value(options));
}

std::string optimized_json(const OptimizeResult& result, const ServerOptions& options) {
  return text_of({{"done", result.done}, {"freed_bytes", result.freed_bytes}, {"memory", memory_value(options)}});
}

std::string memory_history_json(const std::vector<HistoryPoint>& points, const std::vector<std::string>& domains,
                                int interval_ms) {
  json times = json::array();
  for (const HistoryPoint& point : points) times.push_back(point.time_ms);
  json lists = json::array();
  for (std::size_t i = 0; i < domains.size(); ++i) {
    json own = json::array(), limit = json::array(), used = json::array(), pressures = json::array();
    for (const HistoryPoint& point : points) {
      own.push_back(point.domains[i].own_bytes);
      limit.push_back(point.domains[i].limit_bytes);
      used.push_back(rounded(point.domains[i].utilization));
      pressures.push_back(rounded(point.domains[i].pressure));
    }
    lists.push_back({{"domain", domains[i]},
                     {"own", std::move(own)},
                     {"limit", std::move(limit)},
                     {"utilization", std::move(used)},
                     {"pressure", std::move(pressures)}});
  }
  return text_of({{"interval_ms", interval_ms}, {"time_ms", std::move(times)}, {"domains", std::move(lists)}});
}

std::string memory_events_json(const std::vector<MemoryEvent>& entries) {
  json list = json::array();
  for (const MemoryEvent& entry : entries) list.push_back(event_value(entry));
  return text_of({{"events", std::move(list)}});
}

std::string memory_settings_json(bool prepare_ahead) {
  return text_of({{"prepare_ahead", prepare_ahead}});
}

std::string memory_event_json(const MemoryEvent& entry) {
  return text_of(event_value(entry));
}

}  // namespace sam
