#include "pipeline/pipeline.h"

#include <spdlog/spdlog.h>

#include <exception>
#include <map>
#include <optional>
#include <thread>

#include "cache/lru_cache.h"
#include "platform/mutex.h"
#include "platform/stopped.h"

namespace sam {
namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;

// One encoding that somebody wants: on screen, or waited for by a prompt.
struct Work {
  PicturePath picture;
  EncodingState state = EncodingState::queued;
  std::string reason;
  std::shared_ptr<const Embedding> embedding;  // once ready; the cache may have dropped it since
  std::exception_ptr error;
  int waiting = 0;  // prompts that need it
  std::stop_source stop;
};

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
    {
      MutexLock lock(mutex_);
      if (running_) running_->stop.request_stop();
      closing_ = true;
    }
    changed_.notify_all();
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
  std::shared_ptr<Work> request(const PicturePath& picture) SAM_REQUIRES(mutex_);
  std::shared_ptr<const Embedding> wait_for(const PicturePath& picture, const std::stop_token& stop);
  void drop_unwanted(const std::string& shown, std::vector<PicturePath>& dropped) SAM_REQUIRES(mutex_);
  std::shared_ptr<Work> next_work(const std::stop_token& stop);
  void run(const std::stop_token& stop);
  std::shared_ptr<const Embedding> encode(Work& work);
  void finish(const std::shared_ptr<Work>& work, const EncodingStatus& status,
              std::shared_ptr<const Embedding> embedding = nullptr, std::exception_ptr error = nullptr);
  void announce(const PicturePath& picture, const EncodingStatus& status);

  const PipelineOptions options_;
  const std::unique_ptr<Predictor> predictor_;
  MemoryLog& memory_;
  const Clock& clock_;
  LruCache<Embedding> embeddings_;

  mutable Mutex mutex_;
  Condition changed_;
  std::map<std::string, std::shared_ptr<Work>> works_ SAM_GUARDED_BY(mutex_);  // queued, running or failed, by path
  std::vector<std::string> queue_ SAM_GUARDED_BY(mutex_);                      // the last is next
  std::shared_ptr<Work> running_ SAM_GUARDED_BY(mutex_);
  std::shared_ptr<const Listener> listener_ SAM_GUARDED_BY(mutex_);
  bool closing_ SAM_GUARDED_BY(mutex_) = false;

  std::jthread thread_;  // last: it uses all of the above
};

std::shared_ptr<Work> EncodeLane::request(const PicturePath& picture) {
  const std::string key = picture.path.string();
  auto& work = works_[key];
  const bool given_up = work && work->state == EncodingState::running && work->stop.stop_requested();
  if (!work || given_up || work->state == EncodingState::failed) {
    work = std::make_shared<Work>();
    work->picture = picture;
  }
  if (work->state == EncodingState::queued) {
    std::erase(queue_, key);
    queue_.push_back(key);
  }
  return work;
}

// What nobody looks at and no prompt waits for is not started; a failure of a picture no longer on screen is forgotten.
void EncodeLane::drop_unwanted(const std::string& shown, std::vector<PicturePath>& dropped) {
  for (auto it = works_.begin(); it != works_.end();) {
    const Work& work = *it->second;
    if (it->first == shown || work.waiting > 0) {
      ++it;
    } else if (work.state == EncodingState::running) {
      it->second->stop.request_stop();
      ++it;
    } else {
      dropped.push_back(work.picture);
      std::erase(queue_, it->first);
      it = works_.erase(it);
    }
  }
}

void EncodeLane::show(const PicturePath& picture) {
  const std::string key = picture.path.string();
  std::vector<PicturePath> dropped;
  {
    MutexLock lock(mutex_);
    drop_unwanted(key, dropped);
    if (!embeddings_.contains(key)) {
      request(picture);
      changed_.notify_all();
    }
  }
  for (const PicturePath& gone : dropped) announce(gone, {EncodingState::none, ""});
  announce(picture, encoding(picture));
}

EncodingStatus EncodeLane::encoding(const PicturePath& picture) const {
  const std::string key = picture.path.string();
  MutexLock lock(mutex_);
  if (const auto found = works_.find(key); found != works_.end()) return {found->second->state, found->second->reason};
  return {embeddings_.contains(key) ? EncodingState::ready : EncodingState::none, ""};
}

std::shared_ptr<const Embedding> EncodeLane::wait_for(const PicturePath& picture, const std::stop_token& stop) {
  const std::string key = picture.path.string();
  if (auto ready = embeddings_.find(key)) return ready;
  const std::stop_callback wake(stop, [this] {
    MutexLock lock(mutex_);
    changed_.notify_all();
  });
  MutexLock lock(mutex_);
  if (auto ready = embeddings_.find(key)) return ready;  // finished just now
  const std::shared_ptr<Work> work = request(picture);
  ++work->waiting;
  changed_.notify_all();
  while ((work->state == EncodingState::queued || work->state == EncodingState::running) && !stop.stop_requested() &&
         !closing_) {
    changed_.wait(mutex_);
  }
  --work->waiting;
  if (work->error) std::rethrow_exception(work->error);
  if (!work->embedding) throw Stopped();
  return work->embedding;
}

SegmentResult EncodeLane::segment(const PicturePath& picture, const Prompt& prompt, std::stop_token stop) {
  const auto begin = clock_.now();
  const auto embedding = wait_for(picture, stop);
  const auto encoded = clock_.now();
  memory_.write("before prediction");
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
  return embedding;
}

void EncodeLane::finish(const std::shared_ptr<Work>& work, const EncodingStatus& status,
                        std::shared_ptr<const Embedding> embedding, std::exception_ptr error) {
  const std::string key = work->picture.path.string();
  {
    MutexLock lock(mutex_);
    running_ = nullptr;
    if (embedding) embeddings_.insert(key, embedding, embedding->byte_size());
    work->state = status.state;
    work->reason = status.reason;
    work->embedding = std::move(embedding);
    work->error = std::move(error);
    const auto found = works_.find(key);  // another's, if this one was given up and asked for again
    if (status.state != EncodingState::failed && found != works_.end() && found->second == work) works_.erase(found);
    changed_.notify_all();
  }
  announce(work->picture, status);
}

void EncodeLane::run(const std::stop_token& stop) {
  while (const std::shared_ptr<Work> work = next_work(stop)) {
    announce(work->picture, {EncodingState::running, ""});
    try {
      finish(work, {EncodingState::ready, ""}, encode(*work));
    } catch (const Stopped&) {
      finish(work, {EncodingState::none, ""});
    } catch (const std::exception& error) {
      spdlog::warn("Cannot encode {}: {}", work->picture.path.filename().string(), error.what());
      finish(work, {EncodingState::failed, error.what()}, nullptr, std::current_exception());
    }
  }
}

void EncodeLane::announce(const PicturePath& picture, const EncodingStatus& status) {
  std::shared_ptr<const Listener> listener;
  {
    MutexLock lock(mutex_);
    listener = listener_;
  }
  if (listener && *listener) (*listener)(picture, status);
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
