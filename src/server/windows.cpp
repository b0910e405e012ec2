#include "server/windows.h"

#include <algorithm>
#include <utility>

namespace sam {

Windows::Entry* Windows::find(const std::string& window) {
  const auto found =
      std::find_if(entries_.begin(), entries_.end(), [&](const Entry& each) { return each.shown.window == window; });
  return found == entries_.end() ? nullptr : &*found;
}

Windows::Entry* Windows::known_or_new(const std::string& window) {
  drop_gone();
  if (window.empty()) return nullptr;
  if (Entry* known = find(window)) return known;
  if (entries_.size() >= most) return nullptr;
  Entry& entry = entries_.emplace_back();
  entry.shown.window = window;
  entry.alone_since = clock_.now();
  return &entry;
}

Windows::Entry* Windows::holder_of(const std::string& image) {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& each) { return each.shown.holds && each.shown.image == image; });
  return found == entries_.end() ? nullptr : &*found;
}

// To the window that turned to the picture first of those that have it on screen; to nobody if none has.
void Windows::give_on(const std::string& image) {
  if (holder_of(image) != nullptr) return;
  Entry* first = nullptr;
  for (Entry& each : entries_) {
    if (each.shown.image == image && (first == nullptr || each.turned < first->turned)) first = &each;
  }
  if (first != nullptr) first->shown.holds = true;
}

void Windows::turn(Entry& entry, const std::string& image) {
  if (entry.shown.image == image) return;
  const std::optional<std::string> before = std::exchange(entry.shown.image, image);
  entry.shown.holds = false;
  entry.entitled = false;
  entry.turned = ++turns_;
  if (before) give_on(*before);
}

void Windows::drop_gone() {
  const auto now = clock_.now();
  std::vector<std::string> left;
  const std::size_t gone = std::erase_if(entries_, [&](const Entry& each) {
    if (each.streams > 0 || now - each.alone_since < grace) return false;
    if (each.shown.holds) left.push_back(*each.shown.image);
    return true;
  });
  some_gone_ = some_gone_ || gone > 0;
  for (const std::string& image : left) give_on(image);
}

void Windows::stream_opened(const std::string& window, const std::string& person) {
  const MutexLock lock(mutex_);
  Entry* entry = known_or_new(window);
  if (entry == nullptr) return;
  ++entry->streams;
  entry->shown.person = person;
}

void Windows::stream_ended(const std::string& window) {
  const MutexLock lock(mutex_);
  Entry* entry = find(window);
  if (entry == nullptr || entry->streams == 0 || --entry->streams > 0) return;
  entry->alone_since = clock_.now();
}

// The image that it has on screen, knowingly.
void Windows::give_to(Entry& entry) {
  for (Entry& each : entries_) {
    if (each.shown.image == entry.shown.image) each.shown.holds = &each == &entry;
  }
  entry.entitled = true;
}

bool Windows::may_be_claimed(const Entry& entry) const {
  return !entry.entitled && clock_.now() - began_ < claims_count;
}

void Windows::show(const std::string& window, const std::string& image, bool held) {
  const MutexLock lock(mutex_);
  Entry* entry = known_or_new(window);
  if (entry == nullptr) return;
  turn(*entry, image);
  give_on(image);
  if (held && may_be_claimed(*holder_of(image))) give_to(*entry);
}

void Windows::take_over(const std::string& window, const std::string& image) {
  const MutexLock lock(mutex_);
  Entry* entry = known_or_new(window);
  if (entry == nullptr) return;
  turn(*entry, image);
  give_to(*entry);
}

void Windows::require_may_edit(const std::string& window, const std::string& image, bool held) {
  const MutexLock lock(mutex_);
  drop_gone();
  Entry* holder = holder_of(image);
  if (holder == nullptr) return;
  if (holder->shown.window == window) {
    holder->entitled = true;
    return;
  }
  if (held && may_be_claimed(*holder)) return;
  const std::string& person = holder->shown.person;
  throw HeldElsewhere(image + " is open in another window" + (person.empty() ? "" : ", of " + person) +
                      ", which may change it; take it over here, or go to another picture");
}

std::optional<OpenWindow> Windows::holder(const std::string& image) {
  const MutexLock lock(mutex_);
  drop_gone();
  const Entry* found = holder_of(image);
  return found == nullptr ? std::nullopt : std::optional(found->shown);
}

std::vector<OpenWindow> Windows::list() {
  const MutexLock lock(mutex_);
  drop_gone();
  std::vector<OpenWindow> windows;
  for (const Entry& each : entries_) windows.push_back(each.shown);
  return windows;
}

bool Windows::look_for_gone() {
  const MutexLock lock(mutex_);
  drop_gone();
  return std::exchange(some_gone_, false);
}

}  // namespace sam
