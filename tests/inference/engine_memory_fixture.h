// Engine memory over a worker that plays what it is told.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <new>
#include <utility>

#include "inference/cost_book.h"
#include "inference/engine_memory.h"
#include "memory/budget.h"
#include "platform/file_system.h"

namespace sam {

inline constexpr std::uint64_t mb = 1 << 20;

// What the fake engine does at the next load or run.
struct Play {
  std::uint64_t held_bytes = 40 * mb;  // by a loaded model
  std::uint64_t load_peak_bytes = 60 * mb;
  std::uint64_t run_peak_bytes = 100 * mb;  // over what is held
  std::uint64_t kept_bytes = 30 * mb;       // after a run, over what is held
  std::uint64_t held_after_release_bytes = 40 * mb;
  std::uint64_t first_run_peak_bytes = 0;  // in a process; 0: as the others
  bool alone = true;
  std::function<void()> fail;         // at the next run, before anything is taken; may throw
  std::uint64_t card_peak_bytes = 0;  // of the arena of all models, at the next load or run
  std::uint64_t card_after_bytes = 0;
};

class FakeWorker final : public Worker, public std::enable_shared_from_this<FakeWorker> {
 public:
  class LoadedModel final : public Model {
   public:
    explicit LoadedModel(FakeWorker& worker) : worker_(worker), loaded_in_(worker.died) {}
    const ModelDescription& description() const override { return description_; }
    Tensor make_tensor(std::string name, ElementType type, Shape shape) override {
      return make_heap_tensor(std::move(name), type, std::move(shape));
    }
    std::vector<Tensor> run(std::span<const Tensor>, std::span<const std::string>, std::stop_token) override {
      const Play now = worker_.play;
      worker_.process = 1;
      if (const auto fail = std::exchange(worker_.play.fail, nullptr)) fail();
      ++worker_.runs;
      const bool is_first = std::exchange(loaded_in_, worker_.died) != worker_.died || std::exchange(is_new_, false);
      const std::uint64_t run_peak =
          is_first && now.first_run_peak_bytes > 0 ? now.first_run_peak_bytes : now.run_peak_bytes;
      try {
        worker_.require(now.held_bytes + run_peak);
      } catch (const OutOfMemory&) {
        use_ = {{held_, std::max(worker_.limit, held_), held_}, {}, now.alone};
        throw;
      }
      const std::uint64_t after = now.held_bytes + now.kept_bytes;
      use_ = {{held_, now.held_bytes + run_peak, after}, {0, now.card_peak_bytes, now.card_after_bytes}, now.alone};
      held_ = after;
      return {};
    }
    std::uint64_t bytes_held() const override { return held_; }
    ModelUse last_use() const override { return use_; }
    void release_memory() override {
      use_ = {{held_, held_, worker_.play.held_after_release_bytes}, {}, true};
      held_ = worker_.play.held_after_release_bytes;
    }
    void loaded(const Play& as) {
      use_ = {{0, as.load_peak_bytes, as.held_bytes}, {0, as.card_peak_bytes, as.card_after_bytes}, as.alone};
      held_ = as.held_bytes;
    }

   private:
    FakeWorker& worker_;
    ModelDescription description_;
    ModelUse use_;
    std::uint64_t held_ = 0;
    int loaded_in_;  // the worker process, by the number of those that died
    bool is_new_ = true;
  };

  std::unique_ptr<Model> load(const ModelOptions&) override {
    limit_at_load = limit;
    process = 1;
    require(play.load_peak_bytes);
    auto model = std::make_unique<LoadedModel>(*this);
    model->loaded(play);
    return model;
  }
  void set_limit(std::uint64_t bytes) override {
    if (std::exchange(no_memory_to_send, false)) throw std::bad_alloc();
    limit = bytes;
  }
  void restart() override {
    ++ended;
    process = -1;
  }
  int pid() const override { return process; }
  int restarts() const override { return died; }
  int deaths() const override { return died; }

  // The heap's limit as the worker keeps it: what it was told, and its slack for small things.
  void require(std::uint64_t bytes) {
    if (bytes > limit) throw OutOfMemory("the heap's limit", 5 * mb);
  }

  Play play;
  std::uint64_t limit = 0;
  std::uint64_t limit_at_load = 0;  // when the last load began
  bool no_memory_to_send = false;   // the next limit
  int process = -1;
  int ended = 0;
  int died = 0;
  int runs = 0;
};

class EngineMemoryTest : public testing::Test {
 protected:
  EngineMemoryTest() { options_.file = SAM_TEST_DATA "/models/sam1_hwc.encoder.onnx"; }

  std::unique_ptr<Model> load() { return engines_->load(options_); }
  static void run(Model& model) { model.run({}, {}, {}); }
  // By models: without what a worker process has besides them.
  std::uint64_t held() const { return budget_.reserved_bytes() - (worker_->process < 0 ? 0 : engine_base_bytes); }
  std::uint64_t reserved(Owner owner) const { return budget_.report().by_owner[static_cast<std::size_t>(owner)]; }

  PosixFileSystem files_;
  SystemClock clock_;
  Budget budget_{"host", 1000 * mb + engine_base_bytes};
  CostBook book_{{}, files_};
  std::shared_ptr<FakeWorker> worker_ = std::make_shared<FakeWorker>();
  std::shared_ptr<EngineMemory> engines_ = make_engine_memory(worker_, {&budget_, nullptr}, book_, clock_);
  ModelOptions options_;
};

}  // namespace sam
