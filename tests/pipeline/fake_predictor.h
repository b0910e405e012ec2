// A predictor that encodes when it is let, runs out of memory when it is told, and counts what it does.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <stdexcept>

#include "memory/out_of_memory.h"
#include "platform/mutex.h"
#include "platform/stopped.h"
#include "segmentation/predictor.h"

namespace sam {

class FakePredictor final : public Predictor {
 public:
  explicit FakePredictor(const std::string& form = "1", const std::string& model = "fake", Size looks_at = {})
      : info_{model, model + ":" + form, model, "a fake", false, 1, false, looks_at} {}

  const PredictorInfo& info() const override { return info_; }

  Embedding encode(const Image& picture, Size picture_size, std::stop_token stop) override {
    started_names.fetch_add(1);
    const std::stop_callback wake(stop, [this] {
      if (on_stop) on_stop();
      changed_.notify_all();
    });
    MutexLock lock(mutex_);
    while (held_ && !stop.stop_requested()) changed_.wait_for(mutex_, std::chrono::milliseconds(5));
    if (stop.stop_requested()) throw Stopped();
    if (failing) throw std::runtime_error("the encoder is out of order");
    if (refusals > 0) {
      --refusals;
      throw OutOfMemory("the encoder's memory", requested_bytes);
    }
    ++encodes;
    seen_size_ = picture.size();
    Embedding embedding;
    embedding.predictor_key = info_.key;
    embedding.model_key = info_.model_key;
    embedding.picture_size = picture_size;
    embedding.working_size = picture.size();
    if (keeps_picture) embedding.picture = picture;
    if (tensor_values > 0) {
      embedding.tensors.push_back(make_heap_tensor("e", ElementType::f32, {1, tensor_values}));
      const auto values = embedding.tensors.back().values<float>();
      for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 2000);
    }
    return embedding;
  }

  std::vector<Instance> decode(const Embedding& embedding, const Prompt&, std::stop_token) override {
    if (decode_refusals > 0) {
      --decode_refusals;
      throw OutOfMemory("the decoder's memory", requested_bytes);
    }
    ++decodes;
    {
      MutexLock lock(mutex_);
      working_size_ = embedding.working_size;
    }
    Instance instance;
    instance.mask.size = embedding.picture_size;
    instance.mask.runs = {static_cast<std::uint32_t>(embedding.picture_size.width * embedding.picture_size.height)};
    if (!answer.runs.empty()) instance.mask = answer;
    instance.logits = std::make_shared<Logits>(Logits{{1, 1}, {0.5F}, "logits"});
    return {instance};
  }

  std::uint64_t decode_bytes(const Embedding&, const Prompt&) const override { return 1000; }
  std::uint64_t bytes_held() const override { return 0; }
  void release_memory() override {}

  void hold() {
    MutexLock lock(mutex_);
    held_ = true;
  }
  void let_go() {
    MutexLock lock(mutex_);
    held_ = false;
    changed_.notify_all();
  }

  // Of the picture that was encoded last, and what the embedding that was decoded last says of its picture.
  Size seen_size() const {
    MutexLock lock(mutex_);
    return seen_size_;
  }
  Size working_size() const {
    MutexLock lock(mutex_);
    return working_size_;
  }

  std::atomic<int> started_names = 0;
  Mask answer;  // to every prompt; without runs: all background
  std::atomic<int> encodes = 0;
  std::atomic<int> decodes = 0;
  std::atomic<bool> failing = false;
  std::atomic<bool> keeps_picture = true;  // in its embeddings; otherwise the pipeline keeps it in its own cache
  std::atomic<std::int64_t> tensor_values =
      0;                                 // in its embeddings, which can then be kept in files if they keep no picture
  std::atomic<int> refusals = 0;         // of encode, before it works
  std::atomic<int> decode_refusals = 0;  // of decode
  std::atomic<std::uint64_t> requested_bytes = 1000;
  std::function<void()> on_stop;  // set before the first encode

 private:
  const PredictorInfo info_;
  mutable Mutex mutex_;
  Condition changed_;
  bool held_ SAM_GUARDED_BY(mutex_) = false;
  Size seen_size_ SAM_GUARDED_BY(mutex_);
  Size working_size_ SAM_GUARDED_BY(mutex_);
};

}  // namespace sam
