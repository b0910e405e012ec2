#include "server/events.h"

#include <algorithm>

namespace sam {
namespace {

bool only_newest_counts(const Event& event) {
  for (const char* kind : {"memory", "images", "windows", "progress", "project"}) {
    if (event.kind == kind) return true;
  }
  return false;
}

}  // namespace

std::string event_text(const Event& event) {
  return "event: " + event.kind + "\ndata: " + event.data + "\n\n";
}

void EventQueue::push(Event event) {
  MutexLock lock(mutex_);
  if (ended_) return;
  if (only_newest_counts(event)) {
    std::erase_if(events_, [&](const Event& old) { return old.kind == event.kind; });
  }
  if (events_.size() >= limit) {
    ended_ = true;
    events_.clear();
  } else {
    events_.push_back(std::move(event));
  }
  changed_.notify_all();
}

std::optional<Event> EventQueue::pop(int timeout_ms) {
  MutexLock lock(mutex_);
  if (events_.empty() && !ended_) changed_.wait_for(mutex_, std::chrono::milliseconds(timeout_ms));
  if (events_.empty()) return std::nullopt;
  Event event = std::move(events_.front());
  events_.pop_front();
  return event;
}

void EventQueue::end() {
  MutexLock lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

bool EventQueue::ended() const {
  MutexLock lock(mutex_);
  return ended_;
}

std::shared_ptr<EventQueue> EventHub::subscribe() {
  MutexLock lock(mutex_);
  if (ended_ || queues_.size() >= max_readers) return nullptr;
  return queues_.emplace_back(std::make_shared<EventQueue>());
}

void EventHub::unsubscribe(const std::shared_ptr<EventQueue>& queue) {
  MutexLock lock(mutex_);
  std::erase(queues_, queue);
}

void EventHub::publish(const Event& event) {
  MutexLock lock(mutex_);
  for (const auto& queue : queues_) queue->push(event);
}

std::string EventHub::publish_state(const std::string& kind, const std::function<std::string()>& make) {
  const MutexLock lock(state_mutex_);
  std::string data = make();
  publish({kind, data});
  return data;
}

bool EventHub::has_readers() const {
  MutexLock lock(mutex_);
  return !queues_.empty();
}

void EventHub::end() {
  MutexLock lock(mutex_);
  ended_ = true;
  for (const auto& queue : queues_) queue->end();
}

}  // namespace sam
