#include "server/disconnect_watch.h"

#include <poll.h>

#include <vector>

namespace sam {
namespace {

constexpr std::chrono::milliseconds interval{100};

}  // namespace

DisconnectWatch::DisconnectWatch() : thread_([this] { run(); }) {}

DisconnectWatch::~DisconnectWatch() {
  {
    MutexLock lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

void DisconnectWatch::stop_all() {
  std::vector<std::stop_source> all;
  {
    MutexLock lock(mutex_);
    stopped_ = true;
    for (const auto& [socket, stop] : watched_) all.push_back(stop);
  }
  for (std::stop_source& stop : all) stop.request_stop();
}

void DisconnectWatch::add(int socket, std::stop_source stop) {
  bool stopped = false;
  {
    MutexLock lock(mutex_);
    stopped = stopped_;
    watched_.insert_or_assign(socket, stop);
    changed_.notify_all();
  }
  if (stopped) stop.request_stop();
}

void DisconnectWatch::remove(int socket) {
  MutexLock lock(mutex_);
  watched_.erase(socket);
}

void DisconnectWatch::run() {
  while (true) {
    {
      MutexLock lock(mutex_);
      while (watched_.empty() && !ended_) changed_.wait(mutex_);
      if (ended_) return;
      changed_.wait_for(mutex_, interval);
    }
    look();
  }
}

void DisconnectWatch::look() {
  std::vector<std::stop_source> gone;
  {
    // poll does not wait here, and under the lock no socket can be closed and its number given to another.
    MutexLock lock(mutex_);
    for (const auto& [socket, stop] : watched_) {
      pollfd entry{socket, POLLRDHUP, 0};
      if (poll(&entry, 1, 0) > 0) gone.push_back(stop);
    }
  }
  for (std::stop_source& stop : gone) stop.request_stop();
}

}  // namespace sam
