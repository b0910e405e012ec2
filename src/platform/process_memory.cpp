#include "platform/process_memory.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <fstream>
#include <string>
#include <string_view>

#include "platform/unique_descriptor.h"

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

UniqueDescriptor open_status(int pid) {
  return UniqueDescriptor(::open(proc_path(pid, "status").c_str(), O_RDONLY | O_CLOEXEC));
}

std::optional<ProcessMemoryUse> use_in(const UniqueDescriptor& file) {
  std::array<char, 4096> text{};
  const ssize_t length = file.get() < 0 ? -1 : ::pread(file.get(), text.data(), text.size(), 0);
  if (length <= 0) return std::nullopt;
  const std::string_view status(text.data(), static_cast<std::size_t>(length));
  const auto kilobytes = [&](std::string_view key) -> std::uint64_t {
    const std::size_t at = status.find(key);
    if (at == status.npos) return 0;
    const std::size_t digit = status.find_first_of("0123456789", at + key.size());
    std::uint64_t value = 0;
    if (digit != status.npos) std::from_chars(status.data() + digit, status.data() + status.size(), value);
    return value * 1024;
  };
  return ProcessMemoryUse{kilobytes("RssAnon:"), kilobytes("RssShmem:")};
}

}  // namespace

std::optional<std::uint64_t> resident_bytes(int pid) {
  std::ifstream file(proc_path(pid, "statm"));
  std::uint64_t total_pages = 0;
  std::uint64_t resident_pages = 0;
  if (!(file >> total_pages >> resident_pages)) return std::nullopt;
  return resident_pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::optional<ProcessMemoryUse> memory_use(int pid) {
  return use_in(open_status(pid));
}

std::optional<ProcessMemoryUse> ProcessMemoryReader::read(int pid) {
  MutexLock lock(mutex_);
  if (pid == pid_) {
    if (const auto use = use_in(file_)) return use;
  }
  pid_ = pid;
  file_ = open_status(pid);  // also when a process that ended left its number to another
  return use_in(file_);
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
