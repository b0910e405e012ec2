#include "memory/probes/host_probe.h"

#include <unistd.h>

#include <algorithm>

namespace sam {
namespace {

constexpr int samples_between_looks = 50;
constexpr std::size_t most_warnings = 64;

std::uint64_t free_of(std::uint64_t limit, std::uint64_t used) {
  return limit - std::min(used, limit);
}

// Resident pages are the second number of statm. Nothing if it cannot be read.
std::optional<std::uint64_t> own_resident_bytes(const TextReader& reader) {
  const auto text = reader("/proc/self/statm");
  if (!text) return std::nullopt;
  const std::size_t begin = text->find(' ');
  if (begin == std::string::npos) return std::nullopt;
  const std::size_t end = text->find(' ', begin + 1);
  const auto pages = whole_number(std::string_view(*text).substr(begin, end == std::string::npos ? end : end - begin));
  const auto page_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  if (!pages || *pages > UINT64_MAX / page_bytes) return std::nullopt;
  return *pages * page_bytes;
}

}  // namespace

std::optional<HostProbe::Usage> HostProbe::read_machine() const {
  const auto text = reader_("/proc/meminfo");
  if (!text) return std::nullopt;
  const auto total = number_field(*text, "MemTotal");
  auto available = number_field(*text, "MemAvailable");
  if (!available) {  // before Linux 3.14
    const auto unused = number_field(*text, "MemFree");
    if (unused) available = *unused + number_field(*text, "Cached").value_or(0);
  }
  if (!total || !available || *total == 0 || *total > UINT64_MAX / 1024) return std::nullopt;
  return Usage{(*total - std::min(*available, *total)) * 1024, *total * 1024, "/proc/meminfo", "/proc/pressure/memory"};
}

// Nothing where the group limits nothing.
std::optional<HostProbe::Usage> HostProbe::read_group(CgroupFolder& folder, std::uint64_t machine_bytes,
                                                      std::uint64_t own_bytes, std::uint64_t tightest_free) {
  const CgroupLimit limit = parse_cgroup_limit(reader_(folder.limit_file));
  const bool readable = limit.kind != CgroupLimit::Kind::unreadable;
  if (readable) folder.last = limit;
  if (!readable && folder.readable) samples_to_look_ = 0;  // the process may be in another group now
  folder.readable = readable;
  std::uint64_t bytes = folder.last.kind == CgroupLimit::Kind::bytes ? folder.last.bytes : machine_bytes;
  if (!folder.high_file.empty()) {
    const CgroupLimit high = parse_cgroup_limit(reader_(folder.high_file));
    if (high.kind == CgroupLimit::Kind::bytes) bytes = std::min(bytes, high.bytes);
  }
  if (bytes >= machine_bytes) return std::nullopt;
  Usage result{std::min(own_bytes, bytes), bytes, folder.source, folder.pressure_file};
  const auto usage_text = reader_(folder.usage_file);
  const auto usage = usage_text ? whole_number(*usage_text) : std::nullopt;
  if (!usage) return result;
  result.used = *usage;
  // Even with all of its page cache counted it is not the tightest; memory.stat is the file that costs most.
  if (free_of(bytes, *usage) >= tightest_free) return result;
  const auto stat = reader_(folder.stat_file);
  result.used = *usage - std::min(stat ? droppable_bytes(*stat, folder.v1) : 0, *usage);
  return result;
}

// Once a file, whatever becomes of it.
void HostProbe::warn_of(const std::string& file) {
  if (!warn_ || warned_.size() >= most_warnings || !warned_.insert(file).second) return;
  const bool known = std::any_of(folders_.begin(), folders_.end(),
                                 [&](const CgroupFolder& folder) { return folder.limit_file == file; });
  warn_("the memory limit in " + file + " cannot be read; " +
        (known ? "its last value still counts"
               : "what counts is the next limit: of the groups above, or the machine's memory"));
}

std::optional<MemoryReading> HostProbe::read() {
  const auto machine = read_machine();
  const auto own = own_resident_bytes(reader_);
  std::optional<Usage> tightest = machine;
  {
    const MutexLock lock(mutex_);
    if (samples_to_look_-- <= 0) {
      std::vector<std::string> unreadable;
      folders_ = find_cgroups(reader_, folders_, unreadable);
      for (const std::string& file : unreadable) warn_of(file);
      samples_to_look_ = samples_between_looks - 1;
    }
    for (CgroupFolder& folder : folders_) {
      const std::uint64_t tightest_free = tightest ? free_of(tightest->limit, tightest->used) : UINT64_MAX;
      const auto usage = read_group(folder, machine ? machine->limit : UINT64_MAX, own.value_or(0), tightest_free);
      if (!usage) continue;
      if (!tightest || free_of(usage->limit, usage->used) < tightest_free) tightest = usage;
    }
  }
  if (!tightest) return std::nullopt;
  MemoryReading reading;
  reading.total_bytes = tightest->limit;
  reading.used_bytes = std::min(tightest->used, tightest->limit);
  reading.free_bytes = reading.total_bytes - reading.used_bytes;
  reading.used_by_this_program_bytes = own;
  reading.source = tightest->source;
  auto pressure = tightest->pressure_file.empty() ? std::nullopt : reader_(tightest->pressure_file);
  if (!pressure && tightest->pressure_file != "/proc/pressure/memory") pressure = reader_("/proc/pressure/memory");
  if (pressure) reading.stalled = stalled_share(*pressure);
  return reading;
}

}  // namespace sam
