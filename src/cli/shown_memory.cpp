#include "cli/shown_memory.h"

#include <httplib.h>

#include <nlohmann/json.hpp>
#include <regex>
#include <stdexcept>

#include "cli/program.h"
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

[[noreturn]] void refuse_address(const std::string& url, const std::string& why) {
  throw UsageError("--url " + url + ": " + why + "; give http://HOST:PORT, such as " + usual_url);
}

// http://HOST[:PORT][/]; HOST is a name, an IPv4 address, or an IPv6 address in brackets.
void check_address(const std::string& url) {
  if (url.starts_with("https://")) refuse_address(url, "the annotator does not speak https");
  static const std::regex form(R"(http://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:([0-9]{1,5}))?/?)");
  std::smatch parts;
  if (!std::regex_match(url, parts, form)) refuse_address(url, "is no address of an annotator");
  if (!parts[3].matched) return;
  const int port = std::stoi(parts[3].str());
  if (port < 1 || port > 65535) refuse_address(url, "the port must be from 1 to 65535");
}

std::string get_memory(const std::string& url, int timeout_ms) {
  httplib::Client client(url);
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

MemorySource::MemorySource(std::string url, const std::vector<Probe*>& probes, const MemoryOptions& options,
                           const Clock& clock)
    : url_(std::move(url)), options_(options), probes_(probes, options, clock) {
  if (!url_.empty()) check_address(url_);
}

ShownMemory MemorySource::read() {
  if (!url_.empty()) return shown_memory_of(get_memory(url_, 2000), "SAM Annotator at " + url_);
  try {
    return shown_memory_of(get_memory(usual_url, 300), std::string("SAM Annotator at ") + usual_url);
  } catch (const std::runtime_error&) {  // none there, or somebody else
    return read_probes();
  }
}

ShownMemory MemorySource::read_probes() {
  ShownMemory memory{"no annotator is running", options_.warning_threshold, options_.critical_threshold, {}};
  for (const WatchedProbes::Seen& seen : probes_.look()) {
    ShownDomain domain;
    domain.name = printable(seen.name);
    domain.level = memory_level_name(seen.now.level);
    domain.readable = seen.now.readable;
    domain.used_bytes = seen.now.used_bytes;
    domain.total_bytes = seen.now.total_bytes;
    memory.domains.push_back(std::move(domain));
  }
  return memory;
}

}  // namespace sam
