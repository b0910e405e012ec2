#include "pipeline/pipeline.h"

#include <spdlog/spdlog.h>

#include <exception>
#include <map>
#include <optional>
#include <thread>

#include "cache/lru_cache.h"
#include "platform/file_system.h"
#include "platform/mutex.h"
#include "platform/stopped.h"

namespace sam {
namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;

// One encoding that somebody wants: on screen, or waited for by a prompt.
struct Work {
  PicturePath picture;
  std::string key;
  EncodingState state = EncodingState::queued;
  std::string reason;
  std::shared_ptr<const Embedding> embedding;  // once ready; the cache may have dropped it since
  std::exception_ptr error;
  int waiting = 0;  // prompts that need it
  std::stop_source stop;
};

// What an encode came to.
struct Outcome {
  EncodingStatus status;
  std::shared_ptr<const Embedding> embedding;
  std::exception_ptr error;
};

// A file that was replaced or written to is another picture. One that cannot be looked at fails when it is decoded.
std::string key_of(const PicturePath& picture) {
  std::string key = picture.path.string();
  try {
    if (const auto status = PosixFileSystem().status(picture.path)) {
      key += '\n' + std::to_string(status->size_bytes) + '\n' + std::to_string(status->modified_ns) + '\n' +
             std::to_string(status->inode);
    }
  } catch (const FileError&) {
  }
  return key;
}

// The encode lane: one thread, newest request first, at most one encode at a time.
class EncodeLane final : public Pipeline {
 public:
  EncodeLane(const PipelineOptions& options, std::unique_ptr<Predictor> predictor, MemoryLog& memory,
             const Clock& clock)
      : options_(options),
        predictor_(std::move(predictor)),
        memory_(memory),
        clock_(clock),
        embeddings_(options.embedding_budget_bytes),
        thread_([this](const std::stop_token& stop) { run(stop); }) {}

  ~EncodeLane() override {
    thread_.request_stop();
    std::vector<std::stop_source> stops;
    {
      MutexLock lock(mutex_);
      if (running_) stops.push_back(running_->stop);
      closing_ = true;
    }
    changed_.notify_all();
    request_stop(stops);
  }

  const PredictorInfo& predictor() const override { return predictor_->info(); }

  void show(const PicturePath& picture) override;
  EncodingStatus encoding(const PicturePath& picture) const override;

  void set_listener(Listener listener) override {
    MutexLock lock(mutex_);
    listener_ = std::make_shared<const Listener>(std::move(listener));
  }

  SegmentResult segment(const PicturePath& picture, const Prompt& prompt, std::stop_token stop) override;

  std::uint64_t embedding_bytes() const override { return embeddings_.bytes(); }

 private:
  // What was dropped under the lock; listeners hear of it and stop callbacks, which may block, run after the lock.
  struct Unwanted {
    std::vector<PicturePath> dropped;
    std::vector<std::stop_source> stops;
  };

  std::shared_ptr<Work> request(const PicturePath& picture, const std::string& key) SAM_REQUIRES(mutex_);
  std::shared_ptr<const Embedding> wait_for(const PicturePath& picture, const std::stop_token& stop);
  bool is_wanted(const Work& work) const SAM_REQUIRES(mutex_) { return work.key == shown_ || work.waiting > 0; }
  Unwanted take_unwanted() SAM_REQUIRES(mutex_);
  void give_up(const Unwanted& unwanted);
  static void request_stop(std::vector<std::stop_source>& stops) {
    for (std::stop_source& stop : stops) stop.request_stop();
  }
  std::shared_ptr<Work> next_work(const std::stop_token& stop);
  void run(const std::stop_token& stop);
  Outcome attempt(Work& work);
  std::shared_ptr<const Embedding> encode(Work& work);
  void finish(const std::shared_ptr<Work>& work, Outcome outcome);
  void announce(const PicturePath& picture, const EncodingStatus& status);

  const PipelineOptions options_;
  const std::unique_ptr<Predictor> predictor_;
  MemoryLog& memory_;
  const Clock& clock_;
  LruCache<Embedding> embeddings_;

  mutable Mutex mutex_;
  Condition changed_;
  std::map<std::string, std::shared_ptr<Work>> works_ SAM_GUARDED_BY(mutex_);  // queued, running or failed, by key
  std::vector<std::string> queue_ SAM_GUARDED_BY(mutex_);                      // the last is next
  std::string shown_ SAM_GUARDED_BY(mutex_);                                   // key of the picture on screen
  std::shared_ptr<Work> running_ SAM_GUARDED_BY(mutex_);
  std::shared_ptr<const Listener> listener_ SAM_GUARDED_BY(mutex_);
  bool closing_ SAM_GUARDED_BY(mutex_) = false;

  std::jthread thread_;  // last: it uses all of the above
};

std::shared_ptr<Work> EncodeLane::request(const PicturePath& picture, const std::string& key) {
  auto found = works_.find(key);
  if (found == works_.end() || found->second->state == EncodingState::failed) {
    auto fresh = std::make_shared<Work>();
    fresh->picture = picture;
    fresh->key = key;
    found = works_.insert_or_assign(key, std::move(fresh)).first;
  }
  if (found->second->state == EncodingState::queued) {
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
    } else if (work.state == EncodingState::running) {
      unwanted.stops.push_back(work.stop);
      it = works_.erase(it);  // whoever asks for it now asks anew
    } else {
      unwanted.dropped.push_back(work.picture);
      std::erase(queue_, it->first);
      it = works_.erase(it);
    }
  }
  return unwanted;
}

void EncodeLane::give_up(const Unwanted& unwanted) {
  std::vector<std::stop_source> stops = unwanted.stops;
  request_stop(stops);
  for (const PicturePath& gone : unwanted.dropped) announce(gone, {EncodingState::none, ""});
}

void EncodeLane::show(const PicturePath& picture) {
  const std::string key = key_of(picture);
  Unwanted unwanted;
  {
    MutexLock lock(mutex_);
    shown_ = key;
    unwanted = take_unwanted();
    if (!embeddings_.contains(key)) {
      request(picture, key);
      changed_.notify_all();
    }
  }
  give_up(unwanted);
  announce(picture, encoding(picture));
}

EncodingStatus EncodeLane::encoding(const PicturePath& picture) const {
  const std::string key = key_of(picture);
  MutexLock lock(mutex_);
  if (const auto found = works_.find(key); found != works_.end()) return {found->second->state, found->second->reason};
  return {embeddings_.contains(key) ? EncodingState::ready : EncodingState::none, ""};
}

std::shared_ptr<const Embedding> EncodeLane::wait_for(const PicturePath& picture, const std::stop_token& stop) {
  const std::string key = key_of(picture);
  if (auto ready = embeddings_.find(key)) return ready;
  const std::stop_callback wake(stop, [this] {
    MutexLock lock(mutex_);
    changed_.notify_all();
  });
  std::shared_ptr<Work> work;
  Unwanted unwanted;
  {
    MutexLock lock(mutex_);
    if (auto ready = embeddings_.find(key)) return ready;  // finished just now
    work = request(picture, key);
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
  MutexLock lock(mutex_);
  if (work->error) std::rethrow_exception(work->error);
  if (!work->embedding) throw Stopped();
  return work->embedding;
}

SegmentResult EncodeLane::segment(const PicturePath& picture, const Prompt& prompt, std::stop_token stop) {
  const auto begin = clock_.now();
  memory_.write("before prediction");
  const auto embedding = wait_for(picture, stop);
  const auto encoded = clock_.now();
  SegmentResult result;
  result.instances = predictor_->decode(*embedding, prompt, stop);
  memory_.write("after prediction");
  result.wait_ms = Milliseconds(encoded - begin).count();
  result.decode_ms = Milliseconds(clock_.now() - encoded).count();
  return result;
}

std::shared_ptr<Work> EncodeLane::next_work(const std::stop_token& stop) {
  MutexLock lock(mutex_);
  while (queue_.empty() && !stop.stop_requested()) changed_.wait(mutex_);
  if (stop.stop_requested()) return nullptr;
  running_ = works_.at(queue_.back());
  queue_.pop_back();
  running_->state = EncodingState::running;
  return running_;
}

std::shared_ptr<const Embedding> EncodeLane::encode(Work& work) {
  const auto begin = clock_.now();
  const ImageInfo info = read_image_info(work.picture.path, options_.limits);
  const Image picture = decode_image(work.picture.path, options_.limits);
  auto embedding =
      std::make_shared<const Embedding>(predictor_->encode(picture, info.file_size, work.stop.get_token()));
  spdlog::info("Encoded {} in {:.0f} ms ({:.1f} MB kept)", work.picture.path.filename().string(),
               Milliseconds(clock_.now() - begin).count(), static_cast<double>(embedding->byte_size()) / 1e6);
  embeddings_.insert(work.key, embedding, embedding->byte_size());
  return embedding;
}

// Nothing leaves this: an exception would end the lane, and the program with it.
Outcome EncodeLane::attempt(Work& work) {
  try {
    return {{EncodingState::ready, ""}, encode(work), nullptr};
  } catch (const Stopped&) {
    return {};
  } catch (const std::exception& error) {
    spdlog::warn("Cannot encode {}: {}", work.picture.path.filename().string(), error.what());
    return {{EncodingState::failed, error.what()}, nullptr, std::current_exception()};
  } catch (...) {
    return {{EncodingState::failed, "an unknown error"}, nullptr, std::current_exception()};
  }
}

void EncodeLane::finish(const std::shared_ptr<Work>& work, Outcome outcome) {
  {
    MutexLock lock(mutex_);
    running_ = nullptr;
    work->state = outcome.status.state;
    work->reason = outcome.status.reason;
    work->embedding = std::move(outcome.embedding);
    work->error = std::move(outcome.error);
    const auto found = works_.find(work->key);  // another's, if this one was given up and asked for again
    const bool is_kept = work->state == EncodingState::failed && is_wanted(*work);
    if (!is_kept && found != works_.end() && found->second == work) works_.erase(found);
    changed_.notify_all();
  }
  announce(work->picture, outcome.status);
}

void EncodeLane::run(const std::stop_token& stop) {
  while (const std::shared_ptr<Work> work = next_work(stop)) {
    announce(work->picture, {EncodingState::running, ""});
    finish(work, attempt(*work));
  }
}

void EncodeLane::announce(const PicturePath& picture, const EncodingStatus& status) {
  std::shared_ptr<const Listener> listener;
  {
    MutexLock lock(mutex_);
    listener = listener_;
  }
  if (!listener || !*listener) return;
  try {
    (*listener)(picture, status);
  } catch (const std::exception& error) {
    spdlog::error("a listener to encodings failed: {}", error.what());
  }
}

}  // namespace

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

std::unique_ptr<Pipeline> make_pipeline(const PipelineOptions& options, std::unique_ptr<Predictor> predictor,
                                        MemoryLog& memory, const Clock& clock) {
  return std::make_unique<EncodeLane>(options, std::move(predictor), memory, clock);
}

}  // namespace sam
