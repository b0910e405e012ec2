#include "memory/probes/cgroup.h"

#include <algorithm>
#include <charconv>

namespace sam {
namespace {

constexpr std::uint64_t as_good_as_none = std::uint64_t{1} << 62;

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\n'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

// Cuts the first line off `text`.
std::string_view next_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

CgroupFolder folder_v2(const std::string& path) {
  const std::string folder = "/sys/fs/cgroup" + path;
  CgroupFolder files;
  files.limit_file = folder + "/memory.max";
  files.high_file = folder + "/memory.high";
  files.usage_file = folder + "/memory.current";
  files.stat_file = folder + "/memory.stat";
  files.pressure_file = folder + "/memory.pressure";
  return files;
}

CgroupFolder folder_v1(const std::string& path) {
  const std::string folder = "/sys/fs/cgroup/memory" + path;
  CgroupFolder files;
  files.limit_file = folder + "/memory.limit_in_bytes";
  files.usage_file = folder + "/memory.usage_in_bytes";
  files.stat_file = folder + "/memory.stat";
  files.v1 = true;
  files.source = "cgroup v1";
  return files;
}

// The path's folders from the innermost to the root: "/a/b" → "/a/b", "/a", "".
std::vector<std::string> ancestors(std::string path) {
  constexpr std::size_t deepest = 64;
  std::vector<std::string> result;
  while (!path.empty() && path.front() == '/' && path != "/" && result.size() < deepest) {
    result.push_back(path);
    path.erase(path.rfind('/'));
  }
  result.emplace_back();
  return result;
}

}  // namespace

std::optional<std::uint64_t> whole_number(std::string_view text) {
  text = trimmed(text);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> number_field(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    std::string_view line = next_line(text);
    if (!line.starts_with(key)) continue;
    line.remove_prefix(key.size());
    if (line.starts_with(':')) line.remove_prefix(1);
    if (line.empty() || (line.front() != ' ' && line.front() != '\t')) continue;
    line = trimmed(line);
    return whole_number(line.substr(0, line.find(' ')));
  }
  return std::nullopt;
}

std::uint64_t droppable_bytes(std::string_view stat, bool v1) {
  const auto sum = [](std::uint64_t a, std::uint64_t b) { return a > UINT64_MAX - b ? UINT64_MAX : a + b; };
  const auto less = [](std::uint64_t a, std::uint64_t b) { return a - std::min(a, b); };
  const auto field = [&](const char* v2_key, const char* v1_key) {
    return number_field(stat, v1 ? v1_key : v2_key).value_or(0);
  };
  const std::uint64_t cached =
      sum(field("inactive_file", "total_inactive_file"), field("active_file", "total_active_file"));
  // Shared memory is among what is mapped, but on no list of file pages.
  const std::uint64_t mapped = less(field("file_mapped", "total_mapped_file"), field("shmem", "total_shmem"));
  const std::uint64_t unwritten = sum(field("file_dirty", "total_dirty"), field("file_writeback", "total_writeback"));
  return less(cached, sum(mapped, unwritten));
}

std::optional<double> stalled_share(std::string_view text) {
  constexpr std::string_view key = "avg10=";
  const std::string_view line = next_line(text);
  const std::size_t at = line.find(key);
  if (!line.starts_with("some ") || at == line.npos) return std::nullopt;
  const std::string_view value = line.substr(at + key.size());
  double percent = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), percent);
  if (error != std::errc() || !(percent >= 0 && percent <= 100)) return std::nullopt;
  return percent / 100;
}

CgroupLimit parse_cgroup_limit(const std::optional<std::string>& text) {
  if (!text) return {};
  if (trimmed(*text) == "max") return {CgroupLimit::Kind::none, 0};
  const auto number = whole_number(*text);
  if (!number) return {};
  if (*number >= as_good_as_none) return {CgroupLimit::Kind::none, 0};
  return {CgroupLimit::Kind::bytes, *number};
}

std::vector<CgroupFolder> find_cgroups(const TextReader& reader, const std::vector<CgroupFolder>& before,
                                       std::vector<std::string>& unreadable) {
  std::vector<CgroupFolder> folders;
  const auto text = reader("/proc/self/cgroup");
  if (!text) return before;
  std::string_view rest = *text;
  while (!rest.empty()) {  // lines "0::/path" (v2), "4:memory:/path" (v1)
    const std::string_view line = next_line(rest);
    const std::size_t first = line.find(':');
    const std::size_t second = first == line.npos ? first : line.find(':', first + 1);
    if (second == line.npos) continue;
    const std::string controllers = "," + std::string(line.substr(first + 1, second - first - 1)) + ",";
    const bool v2 = line.substr(0, first) == "0" && controllers == ",,";
    if (!v2 && controllers.find(",memory,") == std::string::npos) continue;
    for (const std::string& path : ancestors(std::string(line.substr(second + 1)))) {
      CgroupFolder folder = v2 ? folder_v2(path) : folder_v1(path);
      const auto known = std::find_if(before.begin(), before.end(),
                                      [&](const CgroupFolder& f) { return f.limit_file == folder.limit_file; });
      const auto limit_text = reader(folder.limit_file);
      folder.last = parse_cgroup_limit(limit_text);
      folder.readable = folder.last.kind != CgroupLimit::Kind::unreadable;
      // A root has no limit, and a container does not see the folders above its own: no file, no group.
      if (!folder.readable && (limit_text || reader(folder.usage_file))) unreadable.push_back(folder.limit_file);
      if (!folder.readable && known != before.end()) folder.last = known->last;
      if (folder.last.kind == CgroupLimit::Kind::unreadable) continue;
      if (!folder.high_file.empty() && !reader(folder.high_file)) folder.high_file.clear();
      if (!folder.pressure_file.empty() && !reader(folder.pressure_file)) folder.pressure_file.clear();
      folders.push_back(std::move(folder));
    }
  }
  return folders;
}

}  // namespace sam
