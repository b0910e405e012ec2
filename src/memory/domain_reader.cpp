#include "memory/domain_reader.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <thread>

#include "memory/byte_text.h"
#include "platform/mutex.h"

namespace sam {

DomainSample look_at(const GovernedDomain& domain, const std::function<bool()>& still_wanted) noexcept {
  DomainSample sample;
  sample.before = domain.budget->report();
  try {
    sample.reading = domain.probe->read();
    if (still_wanted && !still_wanted()) return sample;
    if (domain.use) sample.use = domain.use();
  } catch (...) {
    sample.reading.reset();
  }
  return sample;
}

namespace {

// Where the driver does not say what is whose, ours is what came on top of what was used when nothing was reserved, at most what is reserved: a
// promise that was not taken yet is still among what is free.
class OwnUse {
 public:
  void fill_in(DomainSample& sample, std::uint64_t reserved_bytes) {
    if (!sample.reading || sample.use || sample.reading->used_by_this_program_bytes) return;
    const std::uint64_t used = sample.reading->used_bytes;
    if (reserved_bytes == 0 || used < others_bytes_.value_or(used)) others_bytes_ = used;
    if (others_bytes_) sample.reading->used_by_this_program_bytes = std::min(used - *others_bytes_, reserved_bytes);
  }

 private:
  std::optional<std::uint64_t> others_bytes_;
};

}  // namespace

struct DomainReader::State {
  explicit State(GovernedDomain governed) : domain(std::move(governed)) {}

  const GovernedDomain domain;
  mutable Mutex mutex;
  mutable Condition changed;
  std::uint64_t wanted SAM_GUARDED_BY(mutex) = 0;
  std::uint64_t started SAM_GUARDED_BY(mutex) = 0;
  std::uint64_t finished SAM_GUARDED_BY(mutex) = 0;
  bool stop SAM_GUARDED_BY(mutex) = false;
  bool ended SAM_GUARDED_BY(mutex) = false;
  Time ordered SAM_GUARDED_BY(mutex){};
  DomainSample sample SAM_GUARDED_BY(mutex);
  std::thread thread SAM_GUARDED_BY(mutex);  // begins with the first order
};

DomainReader::DomainReader(GovernedDomain domain, std::chrono::milliseconds patience)
    : patience_(patience), state_(std::make_shared<State>(std::move(domain))) {}

DomainReader::~DomainReader() {
  std::thread thread;
  bool hangs = false;
  {
    MutexLock lock(state_->mutex);
    state_->stop = true;
    state_->changed.notify_all();
    thread = std::move(state_->thread);
    if (state_->domain.keep_alive != nullptr && thread.joinable()) {
      const auto deadline = std::chrono::steady_clock::now() + patience_;
      while (!state_->ended && std::chrono::steady_clock::now() < deadline)
        state_->changed.wait_for(state_->mutex, patience_);
      hangs = !state_->ended;
    }
  }
  if (!thread.joinable()) return;
  if (hangs) {
    spdlog::warn("{} still does not answer; its reader is left behind", domain_text(state_->domain.budget->domain()));
    thread.detach();
  } else {
    thread.join();
  }
}

void DomainReader::read_until_stopped(State& state) {
  OwnUse own_use;
  for (;;) {
    {
      MutexLock lock(state.mutex);
      while (!state.stop && state.wanted == state.started) state.changed.wait(state.mutex);
      if (state.stop) break;
      state.started = state.wanted;
    }
    DomainSample sample = look_at(state.domain, [&] {
      MutexLock lock(state.mutex);
      return !state.stop;
    });
    own_use.fill_in(sample, sample.before.reserved_bytes);
    MutexLock lock(state.mutex);
    state.finished = state.started;
    state.sample = std::move(sample);
    state.changed.notify_all();
  }
  MutexLock lock(state.mutex);
  state.ended = true;
  state.changed.notify_all();
}

std::uint64_t DomainReader::request(Time now) {
  MutexLock lock(state_->mutex);
  if (state_->finished == state_->wanted) state_->ordered = now;
  state_->wanted = state_->started + 1;
  if (!state_->thread.joinable()) {
    state_->thread = std::thread([state = state_] { read_until_stopped(*state); });
  }
  state_->changed.notify_all();
  return state_->wanted;
}

std::optional<DomainReader::Time> DomainReader::waiting_since() const {
  MutexLock lock(state_->mutex);
  if (state_->finished == state_->wanted) return std::nullopt;
  return state_->ordered;
}

std::uint64_t DomainReader::last(DomainSample& sample) const {
  MutexLock lock(state_->mutex);
  sample = state_->sample;
  return state_->finished;
}

bool DomainReader::wait(std::uint64_t number, std::chrono::milliseconds duration) const {
  const auto deadline = std::chrono::steady_clock::now() + duration;
  MutexLock lock(state_->mutex);
  while (state_->finished < number) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    state_->changed.wait_for(state_->mutex, left);
  }
  return true;
}

}  // namespace sam
