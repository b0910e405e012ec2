#include "server/background.h"

#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "image/tiles.h"
#include "server/replies.h"

namespace sam {
namespace {

using Steady = std::chrono::steady_clock;

constexpr int examine_priority = 15;                       // nice value of the examining thread
constexpr std::chrono::milliseconds announce_every{2000};  // while the list changes
constexpr std::chrono::seconds trim_every{30};
constexpr int look_every_ms = 200;  // at the governor's level and log: two loads without a system call
// A file counts as new when its copying begins, and grows without a change of the folder: so often again after a change while the
// program runs.
constexpr int scans_after_change = 4;

std::optional<std::filesystem::file_time_type> changed_at(const std::filesystem::path& folder) {
  std::error_code error;
  const auto time = std::filesystem::last_write_time(folder, error);
  if (error) return std::nullopt;
  return time;
}

}  // namespace

Background::Background(Store& store, const ServerOptions& options, std::shared_ptr<EventHub> events,
                       MemoryHistory& history, Windows& windows, ProgressFeed& progress)
    : store_(store),
      options_(options),
      events_(std::move(events)),
      windows_(windows),
      memory_(options, history, *events_),
      progress_(progress) {}

Background::~Background() {
  stop();
}

void Background::start() {
  memory_thread_ = std::thread([this] { watch_memory(); });
  pictures_thread_ = std::thread([this] { watch_pictures(); });
}

void Background::stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  if (memory_thread_.joinable()) memory_thread_.join();
  if (pictures_thread_.joinable()) pictures_thread_.join();
}

bool Background::sleep(int duration_ms) {
  const auto end = Steady::now() + std::chrono::milliseconds(duration_ms);
  MutexLock lock(mutex_);
  while (!stopping_) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Steady::now());
    if (left.count() <= 0) return true;
    changed_.wait_for(mutex_, left);
  }
  return false;
}

bool Background::stopping() {
  MutexLock lock(mutex_);
  return stopping_;
}

void Background::watch_memory() {
  auto trimmed = Steady::now();
  while (sleep(std::min(look_every_ms, options_.memory_interval_ms))) {
    try {
      if (Steady::now() - trimmed >= trim_every) {
        trimmed = Steady::now();
        if (!options_.tile_cache_folder.empty()) trim_tile_cache(options_.tile_cache_folder, options_.tile_cache_bytes);
      }
      memory_.look(Steady::now(), std::chrono::system_clock::now());
      if (windows_.look_for_gone()) {
        events_->publish_state("windows", [this] { return windows_json(windows_.list()); });
      }
      progress_.look();
    } catch (const std::exception& error) {
      spdlog::warn("memory or progress could not be read: {}", error.what());
    }
  }
}

void Background::watch_pictures() {
  // On Linux the priority belongs to the thread, not to the process.
  if (setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), examine_priority) != 0) {
    spdlog::debug("the thread that looks at the pictures keeps its priority");
  }
  do {
    try {
      scan_if_changed();
      if (options_.examine_pictures) examine_pictures();
    } catch (const std::exception& error) {
      spdlog::warn("the pictures could not be looked at: {}", error.what());
    }
  } while (sleep(options_.list_interval_ms));
}

// At the start too: the store was opened some time ago.
void Background::scan_if_changed() {
  const auto changed = changed_at(store_.folder() / "images");
  if (!changed) return;
  if (changed != listed_) {
    scans_left_ = listed_ ? 1 + scans_after_change : 1;
    listed_ = changed;
  }
  if (scans_left_ == 0) return;
  --scans_left_;
  store_.scan();
  tell_of_list();
}

void Background::tell_of_list() {
  events_->publish({"images", "{}"});
  progress_.changed();
}

void Background::examine_pictures() {
  bool found = false;
  auto announced = Steady::now();
  while (!stopping() && store_.examine_next()) {
    found = true;
    if (Steady::now() - announced < announce_every) continue;
    announced = Steady::now();
    tell_of_list();
    if (changed_at(store_.folder() / "images") != listed_) break;
  }
  if (found) tell_of_list();
}

}  // namespace sam
