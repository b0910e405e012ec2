#include "session/history.h"

#include <nlohmann/json.hpp>
#include <numeric>
#include <vector>

namespace sam {
namespace {

using nlohmann::json;

constexpr int format_version = 1;

std::size_t byte_count(const std::deque<std::string>& steps) {
  return std::accumulate(steps.begin(), steps.end(), std::size_t{0},
                         [](std::size_t sum, const std::string& step) { return sum + step.size() + 1; });
}

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

}  // namespace

History History::parse(std::string_view bytes, const HistoryPlace& place, HistoryLimits limits) {
  History history(limits);
  const std::vector<std::string_view> lines = split_lines(bytes);
  if (lines.empty()) return history;
  const json header = json::parse(lines[0], nullptr, false);
  if (!header.is_object() || header.value("version", json()) != format_version ||
      header.value("revision", json()) != place.revision || header.value("context", json()) != place.context ||
      !header.value("undo", json()).is_number_unsigned()) {
    return history;
  }
  const std::size_t undo_count = header["undo"].get<std::size_t>();
  if (undo_count > lines.size() - 1) return history;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    (i <= undo_count ? history.undo_ : history.redo_).emplace_back(lines[i]);
  }
  history.trim();
  return history;
}

std::string History::text(const HistoryPlace& place) const {
  const json header = {
      {"version", format_version}, {"revision", place.revision}, {"context", place.context}, {"undo", undo_.size()}};
  std::string bytes = header.dump(-1, ' ', false, json::error_handler_t::replace) + '\n';
  for (const auto* steps : {&undo_, &redo_}) {
    for (const std::string& step : *steps) bytes.append(step).push_back('\n');
  }
  return bytes;
}

void History::push(const Change& change) {
  redo_.clear();
  undo_.push_back(change_text(change));
  trim();
}

std::optional<Change> History::take_undo() {
  if (undo_.empty()) return std::nullopt;
  Change change = parse_change(undo_.back());
  redo_.push_back(std::move(undo_.back()));
  undo_.pop_back();
  return inverse(std::move(change));
}

std::optional<Change> History::take_redo() {
  if (redo_.empty()) return std::nullopt;
  Change change = parse_change(redo_.back());
  undo_.push_back(std::move(redo_.back()));
  redo_.pop_back();
  return change;
}

// A step before the oldest kept one could never be reached, so steps go from the far ends only.
void History::trim() {
  std::size_t bytes = byte_count(undo_) + byte_count(redo_);
  for (;;) {
    const std::size_t count = undo_.size() + redo_.size();
    if (count <= limits_.steps && (bytes <= limits_.bytes || count <= 1)) return;
    auto& steps = undo_.empty() ? redo_ : undo_;
    bytes -= steps.front().size() + 1;
    steps.pop_front();
  }
}

}  // namespace sam
