// The memory limits that the kernel's control groups put on this process, v2 and v1, nested.
// Source: Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst of Linux.
// Threading: free functions without state.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sam {

// The content of a small text file; nothing if it cannot be read.
using TextReader = std::function<std::optional<std::string>(const std::string& path)>;

// A limit file's content: "no limit" and "cannot be read" are not numbers.
struct CgroupLimit {
  enum class Kind { unreadable, none, bytes };
  Kind kind = Kind::unreadable;
  std::uint64_t bytes = 0;  // of Kind::bytes

  bool operator==(const CgroupLimit&) const = default;
};

// "max" (v2) and numbers of 2^62 and more (v1 writes 9223372036854771712) are none; garbage is unreadable.
CgroupLimit parse_cgroup_limit(const std::optional<std::string>& text);

// One group, with the paths of its files. Only limit_file is known to have existed.
struct CgroupFolder {
  std::string limit_file;     // memory.max; above it the kernel kills
  std::string high_file;      // memory.high; above it the kernel slows down (v2; empty: none)
  std::string usage_file;     // memory.current
  std::string stat_file;      // memory.stat
  std::string pressure_file;  // memory.pressure (v2; empty: none)
  bool v1 = false;            // names of fields differ
  const char* source = "cgroup v2";
  CgroupLimit last;      // the last limit that could be read
  bool readable = true;  // at the last sample
};

// The groups of this process (/proc/self/cgroup), the innermost first, up to the root. In a container the path may be the host's; its own
// folder is then the root, which is last. A group whose limit cannot be read is left out, unless `before` knew its limit; if the group is there
// all the same, the file is added to `unreadable`.
std::vector<CgroupFolder> find_cgroups(const TextReader& reader, const std::vector<CgroupFolder>& before,
                                       std::vector<std::string>& unreadable);

// Page cache that the kernel can drop for whoever needs memory, from memory.stat: both lists of file pages, less those that are mapped (libraries,
// weights read through a mapping: without them the program would wait for the disk all the time) and those that must be written first.
// A field that is not there or is no number is 0.
std::uint64_t droppable_bytes(std::string_view stat, bool v1);

// The number after `key` in lines "key number" or "key: number kB" (memory.stat, meminfo); nothing for garbage.
std::optional<std::uint64_t> number_field(std::string_view text, std::string_view key);

// A whole text that is one number, with blanks around it.
std::optional<std::uint64_t> whole_number(std::string_view text);

// Share of the last 10 s in which some task waited for memory, from a PSI file ("some avg10=1.50 …" → 0.015); nothing for garbage.
std::optional<double> stalled_share(std::string_view text);

}  // namespace sam
