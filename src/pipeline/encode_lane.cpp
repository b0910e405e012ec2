#include "pipeline/encode_lane.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "memory/memory_exhausted.h"
#include "platform/stopped.h"

namespace sam {

EncodeLane::EncodeLane(Find find, Encode encode, IsReady is_ready, std::chrono::milliseconds settle)
    : find_(std::move(find)),
      encode_(std::move(encode)),
      is_ready_(std::move(is_ready)),
      settle_(settle),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

EncodeLane::~EncodeLane() {
  thread_.request_stop();
  std::stop_source stop(std::nostopstate);
  {
    const MutexLock lock(mutex_);
    if (running_) stop = running_->stop;
    closing_ = true;
  }
  changed_.notify_all();
  stop.request_stop();
}

void EncodeLane::set_listener(EncodingListener listener) {
  const MutexLock lock(mutex_);
  listener_ = std::make_shared<const EncodingListener>(std::move(listener));
}

std::shared_ptr<EncodeLane::Work> EncodeLane::request(const PicturePath& picture, const std::string& key) {
  auto found = works_.find(key);
  if (found == works_.end() || found->second->state == EncodingState::failed) {
    auto fresh = std::make_shared<Work>();
    fresh->picture = picture;
    fresh->key = key;
    found = works_.insert_or_assign(key, std::move(fresh)).first;
  }
  if (found->second->state == EncodingState::queued && found->second != running_) {
    std::erase(queue_, key);
    queue_.push_back(key);
  }
  return found->second;
}

// What nobody looks at and no prompt waits for is stopped or not started; its failure is forgotten.
EncodeLane::Unwanted EncodeLane::take_unwanted() {
  Unwanted unwanted;
  for (auto it = works_.begin(); it != works_.end();) {
    const Work& work = *it->second;
    if (is_wanted(work)) {
      ++it;
    } else if (it->second == running_) {
      unwanted.stops.push_back(work.stop);
      it = works_.erase(it);  // whoever asks for it now asks anew
    } else {
      unwanted.dropped.push_back(work.picture);
      std::erase(queue_, it->first);
      it = works_.erase(it);
    }
  }
  if (!unwanted.stops.empty()) changed_.notify_all();  // one that settles
  return unwanted;
}

bool EncodeLane::is_wanted(const Work& work) const {
  return is_needed(work) || std::find(ahead_keys_.begin(), ahead_keys_.end(), work.key) != ahead_keys_.end();
}

void EncodeLane::give_up(const Unwanted& unwanted) {
  for (std::stop_source stop : unwanted.stops) stop.request_stop();
  for (const PicturePath& gone : unwanted.dropped) announce(gone, {EncodingState::none, ""});
}

void EncodeLane::show(const PicturePath& picture, const std::string& key) {
  const bool ready = find_(key, true) != nullptr;
  Unwanted unwanted;
  {
    const MutexLock lock(mutex_);
    note_shown(key);
    unwanted = take_unwanted();
    if (!ready) {
      request(picture, key);
      changed_.notify_all();
    }
  }
  give_up(unwanted);
  announce(picture, status(key));
}

void EncodeLane::prepare(std::vector<Ahead> ahead) {
  std::vector<std::string> keys;
  for (const Ahead& each : ahead) keys.push_back(each.key);
  Unwanted unwanted;
  {
    const MutexLock lock(mutex_);
    ahead_ = std::move(ahead);
    ahead_keys_ = std::move(keys);
    unwanted = take_unwanted();
    changed_.notify_all();
  }
  give_up(unwanted);
}

void EncodeLane::look_again() {
  const MutexLock lock(mutex_);
  changed_.notify_all();
}

void EncodeLane::note_shown(const std::string& key) {
  if (shown_ == key) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - shown_since_ < 2 * settle_) settled_ = now + settle_;
  shown_ = key;
  shown_since_ = now;
}

bool EncodeLane::is_given_up(const Work& work) const {
  const auto found = works_.find(work.key);
  return closing_ || found == works_.end() || found->second.get() != &work;
}

// 0: it may begin.
std::chrono::milliseconds EncodeLane::still_to_settle(const Work& work) const {
  const auto now = std::chrono::steady_clock::now();
  if (work.waiting > 0 || now >= settled_) return std::chrono::milliseconds(0);
  return std::chrono::duration_cast<std::chrono::milliseconds>(settled_ - now) + std::chrono::milliseconds(1);
}

// What settles gives way to what is asked for.
void EncodeLane::begin(Work& work) {
  {
    const MutexLock lock(mutex_);
    if (work.state == EncodingState::running) return;
    while (true) {
      if (work.ahead && !is_needed(work) && !queue_.empty()) works_.erase(work.key);
      if (is_given_up(work)) throw Stopped();
      const std::chrono::milliseconds rest = still_to_settle(work);
      if (rest.count() == 0) break;
      changed_.wait_for(mutex_, rest);
    }
    work.state = EncodingState::running;
  }
  announce(work, EncodingState::running);
}

EncodingStatus EncodeLane::status(const std::string& key) const {
  {
    const MutexLock lock(mutex_);
    if (const auto found = works_.find(key); found != works_.end()) {
      const Work& work = *found->second;
      return {work.state, work.reason, work.memory_exhausted};
    }
  }
  return {find_(key, false) ? EncodingState::ready : EncodingState::none, ""};
}

EmbeddingPointer EncodeLane::wait_for(const PicturePath& picture, const std::string& key, const std::stop_token& stop) {
  if (auto ready = find_(key, true)) return ready;
  const std::stop_callback wake(stop, [this] {
    const MutexLock lock(mutex_);
    changed_.notify_all();
  });
  std::shared_ptr<Work> work;
  Unwanted unwanted;
  {
    const MutexLock lock(mutex_);
    work = request(picture, key);  // if it was finished just now, the encode finds it
    ++work->waiting;
    changed_.notify_all();
    while ((work->state == EncodingState::queued || work->state == EncodingState::running) && !stop.stop_requested() &&
           !closing_) {
      changed_.wait(mutex_);
    }
    --work->waiting;
    unwanted = take_unwanted();
  }
  give_up(unwanted);
  const MutexLock lock(mutex_);
  if (work->error) std::rethrow_exception(work->error);
  if (!work->embedding) throw Stopped();
  return work->embedding;
}

// Each is tried once: if there was no room for it, it is encoded when it is shown.
std::shared_ptr<EncodeLane::Work> EncodeLane::next_ahead() {
  while (!ahead_.empty()) {
    auto work = std::make_shared<Work>();
    work->picture = std::move(ahead_.front().picture);
    work->key = std::move(ahead_.front().key);
    work->ahead = true;
    ahead_.erase(ahead_.begin());
    if (!works_.contains(work->key) && !find_(work->key, false)) return works_[work->key] = std::move(work);
  }
  return nullptr;
}

std::shared_ptr<EncodeLane::Work> EncodeLane::next_work(const std::stop_token& stop) {
  const MutexLock lock(mutex_);
  while (!stop.stop_requested()) {
    const bool is_ready = is_ready_();
    if (is_ready && !queue_.empty()) break;
    if (auto ahead = is_ready ? next_ahead() : nullptr) return running_ = std::move(ahead);
    changed_.wait(mutex_);
  }
  if (stop.stop_requested()) return nullptr;
  running_ = works_.at(queue_.back());
  queue_.pop_back();
  return running_;
}

// What is said of a failure, as far as there is memory for it.
EncodeLane::Outcome EncodeLane::failed(const Work& work, const char* reason, bool memory_exhausted) noexcept {
  Outcome outcome{{EncodingState::failed, "", memory_exhausted}, nullptr, std::current_exception()};
  try {
    outcome.status.reason = reason;
    // Of memory the ladder has told, and whoever waits will.
    spdlog::log(memory_exhausted ? spdlog::level::debug : spdlog::level::warn, "Cannot encode {}: {}",
                work.picture.path.filename().string(), reason);
  } catch (const std::exception&) {
  }
  return outcome;
}

// Null if it cannot be had now, for whatever reason: nobody has asked for it.
EmbeddingPointer EncodeLane::encode_ahead(Work& work) {
  try {
    return encode_(work.picture, work.key, {true, work.stop.get_token(), [this, &work] { begin(work); }});
  } catch (const Stopped&) {
    throw;
  } catch (const std::exception& error) {
    spdlog::debug("{} is not prepared: {}", work.picture.path.filename().string(), error.what());
    return nullptr;
  }
}

// Whoever asks for it from now on asks anew.
bool EncodeLane::drop_unless_needed(const Work& work) {
  const MutexLock lock(mutex_);
  if (is_needed(work)) return false;
  if (!is_given_up(work)) works_.erase(work.key);
  return true;
}

// Nothing leaves this: an exception would end the lane, and the program with it.
EncodeLane::Outcome EncodeLane::attempt(Work& work) noexcept {
  try {
    EmbeddingPointer embedding = work.ahead ? encode_ahead(work) : find_(work.key, true);
    if (!embedding && work.ahead && drop_unless_needed(work)) return {};
    if (!embedding)
      embedding = encode_(work.picture, work.key, {false, work.stop.get_token(), [this, &work] { begin(work); }});
    return {{EncodingState::ready, ""}, std::move(embedding), nullptr};
  } catch (const Stopped&) {
    return {};
  } catch (const MemoryExhausted& error) {
    return failed(work, error.what(), true);
  } catch (const std::bad_alloc& error) {
    return failed(work, error.what(), true);
  } catch (const std::exception& error) {
    return failed(work, error.what(), false);
  } catch (...) {
    return failed(work, "an unknown error", false);
  }
}

void EncodeLane::finish(const std::shared_ptr<Work>& work, Outcome outcome) noexcept {
  {
    const MutexLock lock(mutex_);
    running_ = nullptr;
    work->state = outcome.status.state;
    work->reason.swap(outcome.status.reason);  // nobody changes it from here on
    work->memory_exhausted = outcome.status.memory_exhausted;
    work->embedding = std::move(outcome.embedding);
    work->error = std::move(outcome.error);
    const auto found = works_.find(work->key);  // another's, if this one was given up and asked for again
    const bool is_kept = work->state == EncodingState::failed && is_wanted(*work);
    if (!is_kept && found != works_.end() && found->second == work) works_.erase(found);
    changed_.notify_all();
  }
  announce(*work, outcome.status.state);
}

// In the lane's own thread: who cannot be told for lack of memory asks later.
void EncodeLane::announce(const Work& work, EncodingState state) noexcept {
  try {
    const bool done = state == EncodingState::failed;
    announce(work.picture, {state, done ? work.reason : std::string(), done && work.memory_exhausted});
  } catch (...) {
  }
}

void EncodeLane::run(const std::stop_token& stop) {
  while (const std::shared_ptr<Work> work = next_work(stop)) {
    finish(work, attempt(*work));
  }
}

void EncodeLane::announce(const PicturePath& picture, const EncodingStatus& status) {
  std::shared_ptr<const EncodingListener> listener;
  {
    const MutexLock lock(mutex_);
    listener = listener_;
  }
  if (!listener || !*listener) return;
  try {
    (*listener)(picture, status);
  } catch (const std::exception& error) {
    spdlog::error("a listener to encodings failed: {}", error.what());
  }
}

const char* encoding_state_name(EncodingState state) {
  switch (state) {
    case EncodingState::none:
      return "none";
    case EncodingState::queued:
      return "queued";
    case EncodingState::running:
      return "running";
    case EncodingState::ready:
      return "ready";
    case EncodingState::failed:
      return "failed";
  }
  return "none";
}

}  // namespace sam
