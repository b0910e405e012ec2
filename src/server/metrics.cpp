#include "server/metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace sam {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

MetricFamily family(const char* name, const char* help, MetricType type) {
  MetricFamily family;
  family.name = name;
  family.help = help;
  family.type = type;
  return family;
}

void add(MetricFamily& family, double value, std::vector<ClientMetric::Label> labels) {
  ClientMetric metric;
  metric.label = std::move(labels);
  if (family.type == MetricType::Counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
  family.metric.push_back(std::move(metric));
}

double number(std::uint64_t value) {
  return static_cast<double>(value);
}

struct Watched {
  MemorySnapshot snapshot;
  std::vector<std::string> ids;  // as many as the snapshot has domains
};

Watched watched(const Governor& governor) {
  Watched now{governor.snapshot(), governor.domains()};
  now.ids.resize(std::min<std::size_t>(now.ids.size(), now.snapshot.domain_count));
  return now;
}

struct DomainGauge {
  const char* name;
  const char* help;
  double (*value)(const DomainSnapshot&);
  bool of_a_reading = false;  // no sample while the domain cannot be read
};

constexpr DomainGauge domain_gauges[] = {
    {"sam_memory_used_bytes", "Used by all processes of the domain.",
     [](const DomainSnapshot& d) { return number(d.used_bytes); }, true},
    {"sam_memory_total_bytes", "What the domain has.", [](const DomainSnapshot& d) { return number(d.total_bytes); }},
    {"sam_memory_free_bytes", "What nobody uses.", [](const DomainSnapshot& d) { return number(d.free_bytes); }, true},
    {"sam_memory_own_bytes", "Used by SAM Annotator.", [](const DomainSnapshot& d) { return number(d.own_bytes); }},
    {"sam_memory_limit_bytes", "The most SAM Annotator may use now.",
     [](const DomainSnapshot& d) { return number(d.limit_bytes); }},
    {"sam_memory_reserved_bytes", "Reserved in the budget, by all owners.",
     [](const DomainSnapshot& d) { return number(d.reserved_bytes); }},
    {"sam_memory_other_bytes", "Used by SAM Annotator without a reservation.",
     [](const DomainSnapshot& d) { return number(d.other_bytes); }},
    {"sam_memory_utilization_ratio", "Used / total of the domain.",
     [](const DomainSnapshot& d) { return d.utilization; }, true},
    {"sam_memory_pressure_ratio", "Own use / limit.", [](const DomainSnapshot& d) { return d.pressure; }, true},
    {"sam_memory_level", "0 normal, 1 warning, 2 critical.",
     [](const DomainSnapshot& d) { return number(static_cast<std::uint64_t>(d.level)); }, true},
    {"sam_memory_readable", "1 if the domain can be read; else its level, use and what is free are left out.",
     [](const DomainSnapshot& d) { return d.readable ? 1.0 : 0.0; }},
};

void add_domains(const Watched& now, std::vector<MetricFamily>& families) {
  for (const DomainGauge& gauge : domain_gauges) {
    MetricFamily values = family(gauge.name, gauge.help, MetricType::Gauge);
    for (std::size_t i = 0; i < now.ids.size(); ++i) {
      const DomainSnapshot& domain = now.snapshot.domains[i];
      if (gauge.of_a_reading && !domain.readable) continue;
      add(values, gauge.value(domain), {{"domain", now.ids[i]}});
    }
    families.push_back(std::move(values));
  }
  MetricFamily owners = family("sam_memory_owner_bytes", "Reserved in the budget, by owner.", MetricType::Gauge);
  for (std::size_t i = 0; i < now.ids.size(); ++i) {
    for (std::size_t k = 0; k < owner_count; ++k) {
      add(owners, number(now.snapshot.domains[i].by_owner[k]),
          {{"domain", now.ids[i]}, {"owner", owner_name(static_cast<Owner>(k))}});
    }
  }
  families.push_back(std::move(owners));
}

void add_governor(const Governor& governor, std::vector<MetricFamily>& families) {
  add_domains(watched(governor), families);
  MetricFamily thresholds =
      family("sam_memory_threshold_ratio", "Where the levels warning and critical begin.", MetricType::Gauge);
  add(thresholds, governor.options().warning_threshold, {{"level", "warning"}});
  add(thresholds, governor.options().critical_threshold, {{"level", "critical"}});
  families.push_back(std::move(thresholds));
  MetricFamily events = family("sam_memory_events_total", "Entries of the memory log.", MetricType::Counter);
  const std::vector<MemoryEvent> log = governor.events_after(0);
  add(events, log.empty() ? 0.0 : number(log.back().number), {});
  families.push_back(std::move(events));
}

struct RungCounter {
  const char* name;
  const char* help;
  double (*value)(const RungStatistics&);
};

constexpr RungCounter rung_counters[] = {
    {"sam_recovery_runs_total", "How often a rung ran.", [](const RungStatistics& r) { return number(r.runs); }},
    {"sam_recovery_skips_total", "How often a rung had nothing to do.",
     [](const RungStatistics& r) { return number(r.skips); }},
    {"sam_recovery_rescues_total", "How often the operation succeeded right after it.",
     [](const RungStatistics& r) { return number(r.rescues); }},
    {"sam_recovery_freed_bytes_total", "What a rung gave back.",
     [](const RungStatistics& r) { return number(r.freed_bytes); }},
    {"sam_recovery_seconds_total", "Time spent in a rung.",
     [](const RungStatistics& r) { return r.milliseconds / 1000; }},
};

void add_recovery(const RecoveryStatistics& statistics, std::vector<MetricFamily>& families) {
  for (const RungCounter& counter : rung_counters) {
    MetricFamily values = family(counter.name, counter.help, MetricType::Counter);
    for (std::size_t i = 0; i < rung_count; ++i) {
      add(values, counter.value(statistics.rungs[i]), {{"rung", rung_name(static_cast<RungKind>(i))}});
    }
    families.push_back(std::move(values));
  }
  MetricFamily operations =
      family("sam_recovery_operations_total", "Operations that ran out of memory.", MetricType::Counter);
  add(operations, number(statistics.operations), {});
  families.push_back(std::move(operations));
  MetricFamily exhausted =
      family("sam_recovery_exhausted_total", "Operations that never succeeded.", MetricType::Counter);
  add(exhausted, number(statistics.exhausted), {});
  families.push_back(std::move(exhausted));
  MetricFamily deaths =
      family("sam_worker_deaths_total", "Worker processes that ended without being asked to.", MetricType::Counter);
  add(deaths, number(statistics.worker_deaths), {});
  families.push_back(std::move(deaths));
}

struct CacheMetric {
  const char* name;
  const char* help;
  MetricType type;
  std::uint64_t (*value)(const CacheReport&);
};

constexpr CacheMetric cache_metrics[] = {
    {"sam_cache_entries", "Entries kept.", MetricType::Gauge,
     [](const CacheReport& c) { return std::uint64_t{c.entries}; }},
    {"sam_cache_bytes", "Bytes kept, in memory or on disk.", MetricType::Gauge,
     [](const CacheReport& c) { return c.bytes; }},
    {"sam_cache_hits_total", "Looked for and found.", MetricType::Counter, [](const CacheReport& c) { return c.hits; }},
    {"sam_cache_misses_total", "Looked for and not found.", MetricType::Counter,
     [](const CacheReport& c) { return c.misses; }},
    {"sam_cache_evictions_total", "Given up for others or for memory.", MetricType::Counter,
     [](const CacheReport& c) { return c.evictions; }},
    {"sam_cache_writes_total", "Written to disk.", MetricType::Counter, [](const CacheReport& c) { return c.writes; }},
    {"sam_cache_dropped_total", "Not written to disk, for lack of memory, time or room.", MetricType::Counter,
     [](const CacheReport& c) { return c.dropped; }},
    {"sam_cache_damaged_total", "Found damaged on disk and removed.", MetricType::Counter,
     [](const CacheReport& c) { return c.damaged; }},
};

void add_caches(const std::vector<CacheReport>& caches, std::vector<MetricFamily>& families) {
  for (const CacheMetric& metric : cache_metrics) {
    MetricFamily values = family(metric.name, metric.help, metric.type);
    for (const CacheReport& cache : caches) add(values, number(metric.value(cache)), {{"cache", cache.name}});
    families.push_back(std::move(values));
  }
}

}  // namespace

std::string metrics_text(const ServerOptions& options) {
  std::vector<MetricFamily> families;
  MetricFamily build = family("sam_build_info", "1; the version is a label.", MetricType::Gauge);
  add(build, 1, {{"version", options.version}});
  families.push_back(std::move(build));
  if (options.governor != nullptr) add_governor(*options.governor, families);
  if (options.recovery) add_recovery(options.recovery(), families);
  if (options.caches) add_caches(options.caches(), families);
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace sam
