#include "cli/shown_memory.h"

#include <httplib.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "memory/memory_level.h"

namespace sam {
namespace {

using nlohmann::json;

const char* const usual_url = "http://127.0.0.1:8008";

// What others send must not steer the terminal.
std::string printable(std::string text) {
  for (char& c : text) {
    if (c < ' ' || c > '~') c = '?';
  }
  return text;
}

ShownDomain domain_of(const json& value) {
  ShownDomain domain;
  domain.name = printable(value.at("name"));
  domain.level = printable(value.at("level"));
  domain.readable = value.at("readable");
  domain.used_bytes = value.at("used");
  domain.total_bytes = value.at("total");
  domain.own_bytes = value.at("own").get<std::uint64_t>();
  domain.limit_bytes = value.at("limit");
  for (const auto& [owner, bytes] : value.at("by_owner").items()) {
    domain.owners.emplace_back(printable(owner), bytes.get<std::uint64_t>());
  }
  domain.owners.emplace_back("other", value.at("other").get<std::uint64_t>());
  return domain;
}

const char* level_at(double utilization, const MemoryOptions& options) {
  if (utilization >= options.critical_threshold) return memory_level_name(MemoryLevel::critical);
  return memory_level_name(utilization >= options.warning_threshold ? MemoryLevel::warning : MemoryLevel::normal);
}

std::string get_memory(const std::string& url, int timeout_ms) {
  httplib::Client client(url);
  if (!client.is_valid()) throw std::runtime_error(url + " is no address; give one such as " + usual_url);
  client.set_connection_timeout(0, timeout_ms * 1000);
  client.set_read_timeout(0, timeout_ms * 1000);
  const auto answer = client.Get("/api/v1/memory");
  if (!answer) throw std::runtime_error("no SAM Annotator answers at " + url + "; start it, or give its --port");
  if (answer->status != 200) throw std::runtime_error("what answers at " + url + " is not SAM Annotator");
  return answer->body;
}

}  // namespace

ShownMemory shown_memory_of(const std::string& text, const std::string& source) {
  try {
    const json value = json::parse(text);
    ShownMemory memory{source, value.at("thresholds").at("warning"), value.at("thresholds").at("critical"), {}};
    for (const json& domain : value.at("domains")) memory.domains.push_back(domain_of(domain));
    return memory;
  } catch (const json::exception&) {
    throw std::runtime_error("the answer of " + source + " is not understood; is it another version?");
  }
}

ShownMemory shown_memory_of(const std::vector<Probe*>& probes, const MemoryOptions& options) {
  ShownMemory memory{"no annotator is running", options.warning_threshold, options.critical_threshold, {}};
  for (Probe* probe : probes) {
    ShownDomain domain;
    domain.name = printable(probe->name());
    const auto reading = probe->read();
    domain.readable = reading.has_value();
    if (reading) {
      domain.used_bytes = reading->used_bytes;
      domain.total_bytes = reading->total_bytes;
      domain.level = level_at(utilization(*reading), options);
    }
    memory.domains.push_back(std::move(domain));
  }
  return memory;
}

MemorySource::MemorySource(std::string url, std::vector<Probe*> probes, const MemoryOptions& options)
    : url_(std::move(url)), probes_(std::move(probes)), options_(options) {}

ShownMemory MemorySource::read() const {
  if (!url_.empty()) return shown_memory_of(get_memory(url_, 2000), "SAM Annotator at " + url_);
  try {
    return shown_memory_of(get_memory(usual_url, 300), std::string("SAM Annotator at ") + usual_url);
  } catch (const std::runtime_error&) {  // none there, or somebody else
    return shown_memory_of(probes_, options_);
  }
}

}  // namespace sam
