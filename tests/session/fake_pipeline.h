// A pipeline that answers with the prompt's box (or a 5 x 5 square around the first point) as mask, and with logits.
// Threading: safe to call from any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>

#include "image/tiles.h"
#include "inference/model.h"
#include "pipeline/pipeline.h"
#include "platform/mutex.h"
#include "platform/stopped.h"

namespace sam {

inline Mask rectangle_mask(Size size, int x0, int y0, int x1, int y1) {
  std::vector<std::uint8_t> bits(static_cast<std::size_t>(size.width) * size.height);
  for (int y = y0; y < y1; ++y) {
    for (int x = x0; x < x1; ++x) bits[static_cast<std::size_t>(y) * size.width + x] = 1;
  }
  return mask_from_bits(bits, size);
}

class FakePipeline final : public Pipeline {
 public:
  FakePipeline() {
    info_.family = "fake";
    info_.key = "fake:1";
    info_.model_key = "fake";
    info_.describe = "a fake";
    info_.takes_mask_input = true;
    info_.max_candidates = 3;
  }

  void set_size(Size size) { size_ = size; }
  // segment() waits until its caller asks it to stop.
  void block(bool on) { blocked_ = on; }
  int segmenting() const { return segmenting_; }
  int stopped() const { return stopped_; }
  // segment() throws this.
  void fail_with(std::exception_ptr error) {
    MutexLock lock(mutex_);
    error_ = std::move(error);
  }
  Prompt last_prompt() const {
    MutexLock lock(mutex_);
    return prompt_;
  }
  std::filesystem::path shown() const {
    MutexLock lock(mutex_);
    return shown_;
  }
  void tell(const PicturePath& picture, const EncodingStatus& status) {
    Listener listener;
    {
      MutexLock lock(mutex_);
      listener = listener_;
    }
    if (listener) listener(picture, status);
  }

  PredictorInfo predictor() const override { return info_; }
  ModelStatus model() const override {
    MutexLock lock(mutex_);
    return {"fake_model", load_};
  }
  void load_model() override { tell_load({LoadState::loading, ""}); }
  void set_model_listener(std::function<void()> listener) override {
    MutexLock lock(mutex_);
    model_listener_ = std::move(listener);
  }
  void tell_load(const LoadStatus& load) {
    std::function<void()> listener;
    {
      MutexLock lock(mutex_);
      load_ = load;
      listener = model_listener_;
    }
    if (listener) listener();
  }
  bool has_fallback() const override { return true; }
  PredictorChoice choice() const override { return choice_; }
  void choose(PredictorChoice choice) override { choice_ = choice; }
  void with_memory(std::uint64_t, const std::string&, const std::function<void()>& operation) override { operation(); }
  std::shared_ptr<const std::string> proxy(const PicturePath& picture) override {
    return std::make_shared<const std::string>(make_proxy(picture.path, {}));
  }
  std::shared_ptr<const std::string> find_proxy(const PicturePath&) override { return nullptr; }
  double get_memory_usage() const override { return 0.25; }
  OptimizeResult optimize_memory(bool force) override { return {force, 0}; }
  void clear_cache(bool keep_current) override {
    MutexLock lock(mutex_);
    cleared_ = keep_current;
  }
  std::vector<CacheReport> caches() const override {
    CacheReport disk{"embeddings_on_disk", 0, 0, 0, 0, 0};
    disk.limit_bytes = embedding_limit_;
    return embedding_limit_ == 0 ? std::vector<CacheReport>() : std::vector<CacheReport>{disk};
  }
  // Of the embeddings on disk; 0: none are kept.
  void set_embedding_limit(std::uint64_t bytes) { embedding_limit_ = bytes; }
  RecoveryStatistics recovery() const override { return {}; }
  void show(const PicturePath& picture) override {
    {
      MutexLock lock(mutex_);
      shown_ = picture.path;
    }
    tell(picture, {EncodingState::ready, ""});
  }
  void prepare(const std::vector<PicturePath>& ahead) override {
    MutexLock lock(mutex_);
    ahead_ = ahead;
  }
  std::vector<PicturePath> ahead() const {
    MutexLock lock(mutex_);
    return ahead_;
  }
  EncodingStatus encoding(const PicturePath& picture) const override {
    MutexLock lock(mutex_);
    return {picture.path == shown_ ? EncodingState::ready : EncodingState::none, "", false};
  }
  // Set before use.
  std::function<DiskEmbedding(const PicturePath&, WithoutMemory, const std::stop_token&)> on_embed;
  std::function<DiskEmbedding(const PicturePath&)> on_find_embedding;
  DiskEmbedding embed(const PicturePath& picture, WithoutMemory without, std::stop_token stop) override {
    return on_embed ? on_embed(picture, without, stop) : DiskEmbedding{};
  }
  DiskEmbedding find_embedding(const PicturePath& picture) override {
    return on_find_embedding ? on_find_embedding(picture) : DiskEmbedding{};
  }
  std::vector<bool> kept_on_disk(const std::vector<PicturePath>& pictures) override {
    std::vector<bool> kept;
    for (const PicturePath& picture : pictures) {
      kept.push_back(on_find_embedding && on_find_embedding(picture).state == DiskEmbedding::State::kept_before);
    }
    return kept;
  }
  void set_listener(Listener listener) override {
    MutexLock lock(mutex_);
    listener_ = std::move(listener);
  }
  SegmentResult segment(const PicturePath&, const Prompt& prompt, std::stop_token stop) override {
    std::exception_ptr error;
    {
      MutexLock lock(mutex_);
      prompt_ = prompt;
      error = error_;
    }
    ++segmenting_;
    while (blocked_ && !stop.stop_requested()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    --segmenting_;
    if (stop.stop_requested()) {
      ++stopped_;
      throw Stopped();
    }
    if (error) std::rethrow_exception(error);
    return answer(prompt);
  }
  SegmentResult preview(const PicturePath&, const Prompt& prompt, std::stop_token) override {
    SegmentResult result = answer(prompt);
    for (Instance& instance : result.instances) instance.logits = nullptr;
    return result;
  }
  // What a series answers, instead of three squares round the point; set before use.
  std::function<SegmentResult(const Prompt&)> on_series;
  // Of what is kept of a series' answers.
  Budget answers{"host", std::uint64_t{1} << 30};
  std::unique_ptr<PromptSeries> begin_series(const PicturePath&, std::stop_token stop) override {
    if (stop.stop_requested()) throw Stopped();
    struct Series final : PromptSeries {
      explicit Series(FakePipeline& of) : pipeline(of) {}
      Size picture_size() const override { return pipeline.size_; }
      SegmentResult answer(const Prompt& prompt, const std::stop_token& asked_to_stop) override {
        if (asked_to_stop.stop_requested()) throw Stopped();
        return pipeline.on_series ? pipeline.on_series(prompt) : pipeline.answer(prompt);
      }
      FakePipeline& pipeline;
    };
    return std::make_unique<Series>(*this);
  }
  Reservation reservation_for_answers() override { return answers.reserve(Owner::predictions, 0); }
  bool prepares_ahead() const override { return prepares_ahead_; }
  void set_prepares_ahead(bool on) override { prepares_ahead_ = on; }
  // Whether clear_cache() was called, and what it was told to keep.
  std::optional<bool> cleared() const {
    MutexLock lock(mutex_);
    return cleared_;
  }
  std::uint64_t embedding_bytes() const override { return 0; }

 private:
  SegmentResult answer(const Prompt& prompt) {
    Box box{0, 0, 5, 5};
    if (!prompt.boxes.empty()) box = prompt.boxes[0];
    SegmentResult result;
    const int count = prompt.multimask ? 3 : 1;
    for (int i = 0; i < count; ++i) {
      auto logits = std::make_shared<Logits>();
      logits->key = "logits" + std::to_string(++answers_);
      result.instances.push_back({rectangle_mask(size_, static_cast<int>(box.x0), static_cast<int>(box.y0),
                                                 static_cast<int>(box.x1), static_cast<int>(box.y1)),
                                  0.9F - 0.1F * static_cast<float>(i), logits});
    }
    result.decode_ms = 1.5;
    return result;
  }

  PredictorInfo info_;
  std::atomic<PredictorChoice> choice_{PredictorChoice::model};
  Size size_{40, 30};
  std::atomic<bool> prepares_ahead_ = true;
  std::atomic<std::uint64_t> embedding_limit_ = 0;
  std::atomic<bool> blocked_ = false;
  std::atomic<int> segmenting_ = 0;
  std::atomic<int> stopped_ = 0;
  std::atomic<int> answers_ = 0;
  mutable Mutex mutex_;
  std::exception_ptr error_ SAM_GUARDED_BY(mutex_);
  Prompt prompt_ SAM_GUARDED_BY(mutex_);
  std::filesystem::path shown_ SAM_GUARDED_BY(mutex_);
  std::vector<PicturePath> ahead_ SAM_GUARDED_BY(mutex_);
  std::optional<bool> cleared_ SAM_GUARDED_BY(mutex_);
  Listener listener_ SAM_GUARDED_BY(mutex_);
  LoadStatus load_ SAM_GUARDED_BY(mutex_){LoadState::loaded, ""};
  std::function<void()> model_listener_ SAM_GUARDED_BY(mutex_);
};

}  // namespace sam
