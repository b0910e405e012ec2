#include "memory/probes/memory_script.h"

#include <algorithm>
#include <charconv>

#include "memory/byte_size.h"
#include "memory/memory_snapshot.h"

namespace sam {
namespace {

constexpr std::size_t most_lines = 100'000;
const char* const example = "a line looks like: 2000 cuda:0 7.7GiB/8GiB";

class Line {
 public:
  Line(const std::string& file, std::size_t number, std::string_view text) : file_(file), number_(number) {
    text = text.substr(0, text.find('#'));
    std::size_t begin = 0;
    while ((begin = text.find_first_not_of(" \t\r", begin)) != text.npos) {
      const std::size_t end = std::min(text.find_first_of(" \t\r", begin), text.size());
      words.push_back(text.substr(begin, end - begin));
      begin = end;
    }
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw MemoryScriptError(file_ + ":" + std::to_string(number_) + ": " + what + "; " + example);
  }

  // The word for an error message: short, and nothing that a terminal would obey.
  static std::string shown(std::string_view word) {
    std::string result = "'";
    for (const char c : word.substr(0, 40)) result += c < 0x20 || c == 0x7f ? '?' : c;
    return result + "'";
  }

  std::vector<std::string_view> words;

 private:
  const std::string& file_;
  std::size_t number_;
};

std::int64_t parse_time(const Line& line) {
  constexpr std::int64_t most_ms = 1'000'000'000'000;
  const std::string_view word = line.words[0];
  std::int64_t ms = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), ms);
  if (error != std::errc() || end != word.data() + word.size() || ms < 0 || ms > most_ms)
    line.fail(Line::shown(word) + " is no time: milliseconds since the first reading, 0 or more");
  return ms;
}

std::string parse_domain(const Line& line) {
  const std::string_view word = line.words[1];
  static_assert(max_domains == 9);
  const bool card = word.size() == 6 && word.starts_with("cuda:") && word[5] >= '0' && word[5] <= '7';
  if (word != "host" && !card) line.fail(Line::shown(word) + " is no domain: host, or cuda:0 to cuda:7");
  return std::string(word);
}

std::uint64_t parse_size(const Line& line, std::string_view word, const char* what) {
  const auto bytes = parse_byte_size(word);
  if (!bytes) line.fail(Line::shown(word) + " is no size for " + what + ": 7GiB, 512MiB, 6000000000");
  return *bytes;
}

void parse_extra(const Line& line, std::string_view word, MemoryReading& reading) {
  constexpr std::string_view ours = "ours=";
  constexpr std::string_view stalled = "stalled=";
  if (word.starts_with(ours)) {
    const std::uint64_t bytes = parse_size(line, word.substr(ours.size()), "ours");
    if (bytes > reading.used_bytes) line.fail("ours is more than used");
    reading.used_by_this_program_bytes = bytes;
    return;
  }
  if (!word.starts_with(stalled)) line.fail(Line::shown(word) + " is not known here: ours=BYTES, stalled=SHARE");
  const std::string_view share = word.substr(stalled.size());
  double value = 0;
  const auto [end, error] = std::from_chars(share.data(), share.data() + share.size(), value);
  if (error != std::errc() || end != share.data() + share.size() || !(value >= 0 && value <= 1))
    line.fail(Line::shown(share) + " is no share for stalled: 0 to 1");
  reading.stalled = value;
}

ScriptedReading parse_reading(const Line& line) {
  ScriptedReading result;
  result.after_ms = parse_time(line);
  const std::string_view word = line.words[2];
  result.gone = word == "gone";
  if (result.gone || word == "unreadable") {
    if (line.words.size() > 3) line.fail("nothing may follow " + std::string(word));
    return result;
  }
  const std::size_t slash = word.find('/');
  if (slash == word.npos) line.fail(Line::shown(word) + " is no reading: used/total, unreadable or gone");
  MemoryReading reading;
  reading.used_bytes = parse_size(line, word.substr(0, slash), "used");
  reading.total_bytes = parse_size(line, word.substr(slash + 1), "total");
  if (reading.total_bytes == 0) line.fail("the total is 0");
  if (reading.used_bytes > reading.total_bytes) line.fail("used is more than total");
  reading.free_bytes = reading.total_bytes - reading.used_bytes;
  reading.source = "script";
  for (std::size_t i = 3; i < line.words.size(); ++i) parse_extra(line, line.words[i], reading);
  result.reading = reading;
  return result;
}

void parse_line(const Line& line, MemoryScript& script) {
  if (line.words.empty()) return;
  if (line.words.size() < 3) line.fail("three things are needed: time, domain, reading");
  ScriptedReading reading = parse_reading(line);
  auto& readings = script.domains[parse_domain(line)];
  if (!readings.empty() && readings.back().gone) line.fail(std::string(line.words[1]) + " is gone by an earlier line");
  if (!readings.empty() && readings.back().after_ms > reading.after_ms)
    line.fail("its time is before that of an earlier line of " + std::string(line.words[1]));
  readings.push_back(std::move(reading));
}

}  // namespace

MemoryScript parse_memory_script(std::string_view text, const std::string& name) {
  MemoryScript script;
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const Line line(name, ++number, text.substr(0, end));
    if (number > most_lines) line.fail("more than " + std::to_string(most_lines) + " lines");
    parse_line(line, script);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (script.domains.empty()) throw MemoryScriptError(name + ": holds no reading; " + example);
  std::size_t cards = 0;
  for (const auto& [domain, readings] : script.domains) {  // in the order of names
    if (domain == "host") continue;
    const std::string expected = "cuda:" + std::to_string(cards++);
    if (domain != expected) throw MemoryScriptError(name + ": has " + domain + " but not " + expected);
  }
  return script;
}

}  // namespace sam
