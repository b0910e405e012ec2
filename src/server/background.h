// What the server does without being asked: memory readings, progress and windows that are gone, for those who listen; and, in a thread of low priority,
// a look at images/ for pictures that came or went, and at pictures nobody has opened yet.
// Threading: start and stop from one thread. Ownership: store and options must outlive it; so must history, windows and progress.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <thread>

#include "platform/mutex.h"
#include "server/events.h"
#include "server/memory_feed.h"
#include "server/progress_feed.h"
#include "server/server.h"
#include "server/windows.h"

namespace sam {

class Background {
 public:
  Background(Store& store, const ServerOptions& options, std::shared_ptr<EventHub> events, MemoryHistory& history,
             Windows& windows, ProgressFeed& progress);
  ~Background();

  void start();
  void stop();

 private:
  void watch_memory();
  void watch_pictures();
  void scan_if_changed();
  void examine_pictures();
  void tell_of_list();
  // False if it was stopped meanwhile.
  bool sleep(int duration_ms);
  bool stopping();

  Store& store_;
  const ServerOptions& options_;
  const std::shared_ptr<EventHub> events_;
  Windows& windows_;
  MemoryFeed memory_;  // of memory_thread_ alone
  ProgressFeed& progress_;
  Mutex mutex_;
  Condition changed_;
  bool stopping_ SAM_GUARDED_BY(mutex_) = false;
  std::thread memory_thread_;
  std::thread pictures_thread_;
  // Of pictures_thread_ alone:
  std::optional<std::filesystem::file_time_type> listed_;  // when images/ had last changed as it was listed
  int scans_left_ = 0;
};

}  // namespace sam
