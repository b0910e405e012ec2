#include "memory/probes/host_probe.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>
#include <string_view>
#include <vector>

namespace sam {
namespace {

std::optional<std::uint64_t> parse_number(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

// The number after `key` in lines of the form "key number" or "key: number kB" (memory.stat, meminfo).
std::optional<std::uint64_t> field(const std::string& text, std::string_view key) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string name, value;
    words >> name >> value;
    if (!name.empty() && name.back() == ':') name.pop_back();
    if (name == key) return parse_number(value);
  }
  return std::nullopt;
}

struct Usage {
  std::uint64_t used = 0;
  std::uint64_t limit = 0;
  std::string source;
};

// A folder of one hierarchy and the names its files have there.
struct CgroupFiles {
  std::string root;
  const char* limit;
  const char* usage;
  const char* inactive;
  const char* source;
};

std::optional<Usage> read_cgroup(const TextReader& reader, const CgroupFiles& files, const std::string& path) {
  const std::string folder = files.root + path;
  const auto limit_text = reader(folder + "/" + files.limit);
  const auto usage_text = reader(folder + "/" + files.usage);
  if (!limit_text || !usage_text) return std::nullopt;
  const auto limit = parse_number(*limit_text);  // "max": no limit here
  const auto usage = parse_number(*usage_text);
  if (!limit || !usage) return std::nullopt;
  const auto stat = reader(folder + "/memory.stat");
  const std::uint64_t inactive = stat ? field(*stat, files.inactive).value_or(0) : 0;
  return Usage{*usage - std::min(inactive, *usage), *limit, files.source};
}

// The path's folders from the innermost to the root: "/a/b" → "/a/b", "/a", "".
std::vector<std::string> ancestors(std::string path) {
  std::vector<std::string> result;
  while (!path.empty() && path != "/") {
    result.push_back(path);
    path.erase(path.rfind('/'));
  }
  result.emplace_back();
  return result;
}

// Lines of /proc/self/cgroup: "0::/path" (v2), "4:memory:/path" (v1).
std::vector<Usage> read_cgroups(const TextReader& reader) {
  std::vector<Usage> usages;
  const auto text = reader("/proc/self/cgroup");
  if (!text) return usages;
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const bool v2 = line.substr(0, first) == "0" && controllers == ",,";
    if (!v2 && controllers.find(",memory,") == std::string::npos) continue;
    const CgroupFiles files =
        v2 ? CgroupFiles{"/sys/fs/cgroup", "memory.max", "memory.current", "inactive_file", "cgroup v2"}
           : CgroupFiles{"/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes",
                         "total_inactive_file", "cgroup v1"};
    // In a container the path is the host's; its own folder is then the root, which the last ancestor covers.
    for (const std::string& path : ancestors(line.substr(second + 1))) {
      if (auto usage = read_cgroup(reader, files, path)) usages.push_back(*usage);
    }
  }
  return usages;
}

std::optional<Usage> read_machine(const TextReader& reader) {
  const auto text = reader("/proc/meminfo");
  if (!text) return std::nullopt;
  const auto total = field(*text, "MemTotal");
  const auto available = field(*text, "MemAvailable");
  if (!total || !available || *total < *available) return std::nullopt;
  return Usage{(*total - *available) * 1024, *total * 1024, "/proc/meminfo"};
}

std::optional<std::uint64_t> read_own_resident_bytes(const TextReader& reader) {
  const auto text = reader("/proc/self/status");
  if (!text) return std::nullopt;
  const auto kib = field(*text, "VmRSS");
  if (!kib) return std::nullopt;
  return *kib * 1024;
}

}  // namespace

TextReader read_text_files() {
  return [](const std::string& path) -> std::optional<std::string> {
    std::ifstream file(path);
    std::ostringstream text;
    if (!file || !(text << file.rdbuf())) return std::nullopt;
    return text.str();
  };
}

std::optional<MemoryReading> HostProbe::read() {
  const auto machine = read_machine(reader_);
  std::optional<Usage> tightest = machine;
  for (const Usage& usage : read_cgroups(reader_)) {
    // A limit above the machine's memory limits nothing (v1 writes a huge number for "none").
    if (machine && usage.limit >= machine->limit) continue;
    const auto free_of = [](const Usage& u) { return u.limit - std::min(u.used, u.limit); };
    if (!tightest || free_of(usage) < free_of(*tightest)) tightest = usage;
  }
  if (!tightest) return std::nullopt;
  MemoryReading reading;
  reading.total_bytes = tightest->limit;
  reading.used_bytes = std::min(tightest->used, tightest->limit);
  reading.free_bytes = reading.total_bytes - reading.used_bytes;
  reading.used_by_this_program_bytes = read_own_resident_bytes(reader_);
  reading.source = tightest->source;
  return reading;
}

}  // namespace sam
