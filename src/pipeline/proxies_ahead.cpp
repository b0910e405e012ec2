#include "pipeline/proxies_ahead.h"

#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <unistd.h>

#include <utility>

namespace sam {
namespace {

constexpr int nice_value = 10;

}  // namespace

ProxiesAhead::ProxiesAhead(Make make, std::chrono::milliseconds settle)
    : make_(std::move(make)), settle_(settle), thread_([this](const std::stop_token& stop) { run(stop); }) {}

ProxiesAhead::~ProxiesAhead() {
  thread_.request_stop();
  const MutexLock lock(mutex_);
  changed_.notify_all();
}

void ProxiesAhead::prepare(std::vector<PicturePath> pictures) {
  std::deque<PicturePath> fresh(std::make_move_iterator(pictures.begin()), std::make_move_iterator(pictures.end()));
  const MutexLock lock(mutex_);
  pictures_.swap(fresh);
  settled_ = std::chrono::steady_clock::now() + settle_;
  changed_.notify_all();
}

// False once stopped.
bool ProxiesAhead::next(const std::stop_token& stop, PicturePath& picture) {
  const MutexLock lock(mutex_);
  while (!stop.stop_requested()) {
    const auto now = std::chrono::steady_clock::now();
    if (pictures_.empty()) {
      changed_.wait(mutex_);
    } else if (now < settled_) {
      const auto rest = std::chrono::duration_cast<std::chrono::milliseconds>(settled_ - now);
      changed_.wait_for(mutex_, rest + std::chrono::milliseconds(1));
    } else {
      picture = std::move(pictures_.front());
      pictures_.pop_front();
      return true;
    }
  }
  return false;
}

void ProxiesAhead::run(const std::stop_token& stop) {
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), nice_value);  // Linux: of this thread
  for (PicturePath picture; next(stop, picture);) {
    try {
      make_(picture);
    } catch (const std::exception& error) {
      spdlog::debug("{} is not made ready to be shown: {}", picture.path.filename().string(), error.what());
    }
  }
}

}  // namespace sam
