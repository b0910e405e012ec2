// Server-sent events: each open page has a bounded queue; whoever reads too slowly loses old memory readings first.
// Threading: safe to call from any thread.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "platform/mutex.h"

namespace sam {

struct Event {
  std::string kind;  // "memory", "encoding", "changed", "images", "predictor", "windows", "job", "progress", "project"
  std::string data;  // JSON, one line
  bool operator==(const Event&) const = default;
};

// "event: …\ndata: …\n\n"
std::string event_text(const Event& event);

class EventQueue {
 public:
  // Of memory, images, windows, progress and project events only the newest waits. When limit others wait, the reader is too slow: its queue ends,
  // so that the page connects again and asks for the state as it is.
  void push(Event event);
  // Waits; nothing after timeout_ms or when the queue ended.
  std::optional<Event> pop(int timeout_ms);
  void end();
  bool ended() const;

  static constexpr std::size_t limit = 256;

 private:
  mutable Mutex mutex_;
  Condition changed_;
  std::deque<Event> events_ SAM_GUARDED_BY(mutex_);
  bool ended_ SAM_GUARDED_BY(mutex_) = false;
};

class EventHub {
 public:
  // Null when max_readers listen already, or after end().
  std::shared_ptr<EventQueue> subscribe();
  void unsubscribe(const std::shared_ptr<EventQueue>& queue);
  void publish(const Event& event);
  // Publishes what make() says now, and returns it: of several threads that do so the last tells the newest. make must not publish.
  std::string publish_state(const std::string& kind, const std::function<std::string()>& make);
  bool has_readers() const;
  void end();  // every queue, now and later

  static constexpr std::size_t max_readers = 16;

 private:
  Mutex state_mutex_;  // held while a state is made and published
  mutable Mutex mutex_;
  std::vector<std::shared_ptr<EventQueue>> queues_ SAM_GUARDED_BY(mutex_);
  bool ended_ SAM_GUARDED_BY(mutex_) = false;
};

}  // namespace sam
