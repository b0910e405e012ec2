#include "platform/process_memory.h"

#include <unistd.h>

#include <fstream>
#include <string>
#include <string_view>

namespace sam {
namespace {

std::string proc_path(int pid, const char* file) {
  return "/proc/" + (pid == 0 ? "self" : std::to_string(pid)) + "/" + file;
}

// "VmHWM:	  379256 kB"
std::optional<std::uint64_t> kilobyte_line(const std::string& path, std::string_view key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(key)) continue;
    const std::size_t digit = line.find_first_of("0123456789");
    if (digit == line.npos) return std::nullopt;
    return std::stoull(line.substr(digit)) * 1024;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> resident_bytes(int pid) {
  std::ifstream file(proc_path(pid, "statm"));
  std::uint64_t total_pages = 0;
  std::uint64_t resident_pages = 0;
  if (!(file >> total_pages >> resident_pages)) return std::nullopt;
  return resident_pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::optional<std::uint64_t> peak_resident_bytes(int pid) {
  return kilobyte_line(proc_path(pid, "status"), "VmHWM:");
}

std::optional<std::uint64_t> anonymous_bytes(int pid) {
  return kilobyte_line(proc_path(pid, "status"), "RssAnon:");
}

std::optional<std::uint64_t> proportional_bytes(int pid) {
  return kilobyte_line(proc_path(pid, "smaps_rollup"), "Pss:");
}

}  // namespace sam
