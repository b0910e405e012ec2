#include "session/history.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>
#include <vector>

#include "platform/hash.h"

namespace sam {
namespace {

using nlohmann::json;

constexpr int format_version = 1;
constexpr std::size_t fields_of_before = 4;  // of a header without a hash, as it was written once

std::size_t byte_count(const std::deque<std::string>& steps) {
  return std::accumulate(steps.begin(), steps.end(), std::size_t{0},
                         [](std::size_t sum, const std::string& step) { return sum + step.size() + 1; });
}

// As it was before edits had ids, and before the classes were counted, where there is none of that.
std::string hash_of(std::size_t undo_count, std::string_view steps, const std::string& last_edit,
                    std::optional<std::size_t> class_count, bool begins_new) {
  std::string text = std::to_string(undo_count) + " " + content_hash(steps);
  if (!last_edit.empty()) text += " " + last_edit;
  if (class_count) text += " of " + std::to_string(*class_count);
  if (begins_new) text += " new";
  return content_hash(text);
}

// Of the first classes of the place.
std::string context_of(const HistoryPlace& place, std::size_t class_count) {
  std::string context = std::to_string(place.size.width) + "x" + std::to_string(place.size.height);
  for (const std::string& name : place.classes.first(class_count)) context += '\0' + name;
  return content_hash(context);
}

// Every class of the step by its new id. False: one is gone.
bool renumber_step(std::string& step, std::span<const int> new_ids) {
  Change change = parse_change(step);
  for (auto* entries : {&change.removed, &change.added}) {
    for (Change::Entry& entry : *entries) {
      int& id = entry.annotation.class_id;
      if (id < 0 || static_cast<std::size_t>(id) >= new_ids.size() || new_ids[static_cast<std::size_t>(id)] < 0) {
        return false;
      }
      id = new_ids[static_cast<std::size_t>(id)];
    }
  }
  step = change_text(change, change_title(step));
  return true;
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
  const std::size_t header_end = std::min(bytes.find('\n'), bytes.size());
  const json header = json::parse(bytes.substr(0, header_end), nullptr, false);
  const auto field = [&](const char* key) { return header.is_object() ? header.value(key, json()) : json(); };
  if (!field("version").is_number_unsigned()) throw DamagedHistory("its first line is no header");
  if (field("version") != format_version) throw DamagedHistory("it is of another version of this program");
  const std::string_view steps = bytes.substr(std::min(header_end + 1, bytes.size()));
  const std::vector<std::string_view> lines = split_lines(steps);
  if (!field("undo").is_number_unsigned() || field("undo").get<std::size_t>() > lines.size()) {
    throw DamagedHistory("steps are missing");
  }
  const auto undo_count = field("undo").get<std::size_t>();
  const bool has_hash = header.contains("steps_hash");
  if (header.contains("last_edit") && !header["last_edit"].is_string()) {
    throw DamagedHistory("the id of its last edit is no text");
  }
  const std::string last_edit = header.value("last_edit", "");
  std::optional<std::size_t> counted;
  if (field("classes").is_number_unsigned()) counted = field("classes").get<std::size_t>();
  const bool begins_new = field("begins_new") == true;
  if (has_hash ? header["steps_hash"] != hash_of(undo_count, steps, last_edit, counted, begins_new)
               : header.size() != fields_of_before) {
    throw DamagedHistory("it does not hold what was written");
  }
  const std::size_t class_count = counted.value_or(place.classes.size());
  if (field("revision") != place.revision || class_count > place.classes.size()) return history;
  if (field("context") != context_of(place, class_count)) return history;
  history.last_edit_ = last_edit;
  history.begins_new_ = begins_new;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    (i < undo_count ? history.undo_ : history.redo_).emplace_back(lines[i]);
  }
  history.trim();
  return history;
}

std::optional<std::string> History::moved(std::string_view bytes, const HistoryPlace& from, const HistoryPlace& to,
                                          std::span<const int> new_ids) {
  constexpr std::size_t all = std::numeric_limits<std::size_t>::max();
  History history = parse(bytes, from, {all, all});
  const bool is_empty = history.undo_.empty() && history.redo_.empty() && history.last_edit_.empty();
  if (is_empty || new_ids.size() < from.classes.size() || !history.renumber(new_ids)) return std::nullopt;
  return history.text(to);
}

bool History::renumber(std::span<const int> new_ids) {
  bool stays = true;
  for (std::size_t id = 0; id < new_ids.size(); ++id) stays = stays && new_ids[id] == static_cast<int>(id);
  if (stays) return true;
  for (auto* side : {&undo_, &redo_}) {
    for (std::string& step : *side) {
      if (!renumber_step(step, new_ids)) return false;
    }
  }
  return true;
}

bool History::is_of(std::string_view bytes, std::string_view revision) {
  const json header = json::parse(bytes.substr(0, bytes.find('\n')), nullptr, false);
  return header.is_object() && header.value("revision", json()) == revision;
}

std::string History::text(const HistoryPlace& place) const {
  std::string steps;
  steps.reserve(byte_count(undo_) + byte_count(redo_));
  for (const auto* side : {&undo_, &redo_}) {
    for (const std::string& step : *side) steps.append(step).push_back('\n');
  }
  json header = {{"version", format_version},
                 {"revision", place.revision},
                 {"context", context_of(place, place.classes.size())},
                 {"classes", place.classes.size()},
                 {"steps_hash", hash_of(undo_.size(), steps, last_edit_, place.classes.size(), begins_new_)},
                 {"undo", undo_.size()}};
  if (!last_edit_.empty()) header["last_edit"] = last_edit_;
  if (begins_new_) header["begins_new"] = true;
  return header.dump(-1, ' ', false, json::error_handler_t::replace) + '\n' + steps;
}

std::string History::undo_title() const {
  return undo_.empty() ? std::string() : std::string(change_title(undo_.back()));
}

std::string History::redo_title() const {
  return redo_.empty() ? std::string() : std::string(change_title(redo_.back()));
}

void History::push(const Change& change, std::string_view title) {
  redo_.clear();
  undo_.push_back(change_text(change, title));
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
    if (!undo_.empty()) begins_new_ = false;
    auto& steps = undo_.empty() ? redo_ : undo_;
    bytes -= steps.front().size() + 1;
    steps.pop_front();
  }
}

}  // namespace sam
