#include "session/current_picture.h"

#include <spdlog/spdlog.h>

#include <exception>

namespace sam {
namespace {

constexpr char current_key[] = "current";

}  // namespace

CurrentPicture::CurrentPicture(Store& store) : store_(store), writer_([this] { write_behind(); }) {}

CurrentPicture::~CurrentPicture() {
  {
    const MutexLock lock(mutex_);
    ends_ = true;
  }
  changed_.notify_all();
  writer_.join();
}

void CurrentPicture::set(const std::string& name) {
  {
    const MutexLock lock(mutex_);
    shown_ = name;
    is_written_ = false;
  }
  changed_.notify_all();
}

std::optional<std::string> CurrentPicture::get() const {
  {
    const MutexLock lock(mutex_);
    if (shown_) return shown_;
  }
  return store_.remembered(current_key);
}

bool CurrentPicture::wait_for_work() {
  const MutexLock lock(mutex_);
  while (is_written_ && !ends_) changed_.wait(mutex_);
  return !is_written_;
}

std::string CurrentPicture::take() {
  const MutexLock lock(mutex_);
  is_written_ = true;  // also if the copy fails: it is not tried again
  return *shown_;
}

void CurrentPicture::write_behind() {
  while (wait_for_work()) {
    try {
      store_.remember(current_key, take());
    } catch (const std::exception& error) {  // a full or read-only disk does not stop looking at pictures
      spdlog::warn("after a restart another picture will be shown first: {}", error.what());
    }
  }
}

}  // namespace sam
