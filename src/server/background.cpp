#include "server/background.h"

#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>

#include "image/tiles.h"
#include "server/replies.h"

namespace sam {
namespace {

using Steady = std::chrono::steady_clock;

constexpr int examine_priority = 15;                       // nice value of the examining thread
constexpr std::chrono::milliseconds announce_every{2000};  // while the list changes
constexpr std::chrono::seconds trim_every{30};

}  // namespace

Background::Background(Store& store, const ServerOptions& options, std::shared_ptr<EventHub> events)
    : store_(store), options_(options), events_(std::move(events)) {}

Background::~Background() {
  stop();
}

void Background::start() {
  memory_thread_ = std::thread([this] { read_memory(); });
  if (options_.examine_pictures) examine_thread_ = std::thread([this] { examine_pictures(); });
}

void Background::stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  if (memory_thread_.joinable()) memory_thread_.join();
  if (examine_thread_.joinable()) examine_thread_.join();
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

void Background::read_memory() {
  auto trimmed = Steady::now();
  while (sleep(options_.memory_interval_ms)) {
    if (Steady::now() - trimmed >= trim_every) {
      trimmed = Steady::now();
      if (!options_.tile_cache_folder.empty()) trim_tile_cache(options_.tile_cache_folder, options_.tile_cache_bytes);
    }
    if (events_->has_readers()) events_->publish({"memory", memory_json(options_.memory())});
  }
}

void Background::examine_pictures() {
  // On Linux the priority belongs to the thread, not to the process.
  if (setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), examine_priority) != 0) {
    spdlog::debug("the thread that examines pictures keeps its priority");
  }
  bool found = false;
  auto announced = Steady::now();
  try {
    while (!stopping() && store_.examine_next()) {
      found = true;
      if (Steady::now() - announced < announce_every) continue;
      announced = Steady::now();
      events_->publish({"images", "{}"});
    }
  } catch (const std::exception& error) {
    spdlog::warn("examining the pictures ended: {}", error.what());
  }
  if (found) events_->publish({"images", "{}"});
}

}  // namespace sam
