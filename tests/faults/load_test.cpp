// Loading and running a model within its reservations, on our side of the worker: every allocation and every reservation fails once, and several
// in a row. What failed leaves nothing reserved.
#include <gtest/gtest.h>

#include <utility>

#include "faults/failing_budget.h"
#include "faults/pipeline_scene.h"
#include "inference/engine_memory.h"
#include "inference/onnx_file.h"
#include "platform/file_system.h"

namespace sam {
namespace {

// Models that hold what they are told and answer with nothing.
class PlainWorker final : public Worker {
 public:
  class Loaded final : public Model {
   public:
    const ModelDescription& description() const override { return description_; }
    Tensor make_tensor(std::string name, ElementType type, Shape shape) override {
      return make_heap_tensor(std::move(name), type, std::move(shape));
    }
    std::vector<Tensor> run(std::span<const Tensor>, std::span<const std::string>, std::stop_token) override {
      use_ = {{std::exchange(held_, 70 * mib), 140 * mib, 70 * mib}, {}, true};
      return {make_heap_tensor("answer", ElementType::f32, {1, 100})};
    }
    std::uint64_t bytes_held() const override { return held_; }
    ModelUse last_use() const override { return use_; }
    void release_memory() override {}

   private:
    ModelDescription description_;
    std::uint64_t held_ = 40 * mib;
    ModelUse use_{{0, 60 * mib, 40 * mib}, {}, true};
  };

  std::unique_ptr<Model> load(const ModelOptions&) override { return std::make_unique<Loaded>(); }
  void set_limit(std::uint64_t) override {}
  void restart() override {}
  int pid() const override { return 1; }
  int restarts() const override { return 0; }
  int deaths() const override { return 0; }
};

class ModelScene : public Scene {
 public:
  explicit ModelScene(std::filesystem::path folder) : folder_(std::move(folder)) {
    options_.file = SAM_TEST_DATA "/models/sam1_hwc.encoder.onnx";
    std::filesystem::remove_all(folder_ / "costs.json");
  }

  bool may_end_with(const std::exception& error) const override {
    return dynamic_cast<const OutOfMemory*>(&error) != nullptr ||
           dynamic_cast<const std::bad_alloc*>(&error) != nullptr;
  }
  void after(bool failed) override {
    if (failed && !model_ && held() != 0) throw std::runtime_error("a failed load keeps reservations");
    if (failed && model_ && held() > 70 * mib) throw std::runtime_error("a failed run keeps reservations");
    if (!model_) model_ = engines_->load(options_);
    model_->run({}, {}, {});
    if (held() > 70 * mib) throw std::runtime_error("other reservations than what the model holds");
    model_.reset();
    if (held() != 0) throw std::runtime_error("a model that has gone keeps reservations");
  }

 protected:
  // By models: without what a worker process has besides them.
  std::uint64_t held() const {
    const std::uint64_t reserved = budget_.reserved_bytes();
    return reserved == 0 ? 0 : reserved - engine_base_bytes;
  }

  const std::filesystem::path folder_;
  ModelOptions options_;
  PosixFileSystem files_;
  SystemClock clock_;
  Budget budget_{"host", 1000 * mib};
  CostBook book_{folder_ / "costs.json", files_};
  std::shared_ptr<EngineMemory> engines_ =
      make_engine_memory(std::make_shared<PlainWorker>(), {&budget_, nullptr}, book_, clock_);
  std::unique_ptr<Model> model_;
};

class LoadScene : public ModelScene {
 public:
  using ModelScene::ModelScene;
  void run() override { model_ = engines_->load(options_); }
};

class RunScene : public ModelScene {
 public:
  explicit RunScene(std::filesystem::path folder) : ModelScene(std::move(folder)) { model_ = engines_->load(options_); }
  void run() override { model_->run({}, {}, {}); }
};

template <typename Kind>
void walk_all(const std::string& operation) {
  const WalkFolder folder;
  const MakeScene make = [&folder] { return std::make_unique<Kind>(folder.path()); };
  walk(operation, failing_heap(1), make);
  walk(operation + ", 3 in a row", failing_heap(3), make);
  walk("reservations: " + operation, failing_budget(1), make);
  walk("reservations: " + operation + ", 100 in a row", failing_budget(100), make);
}

TEST(ModelFaults, Load) {
  walk_all<LoadScene>("load a model");
}
TEST(ModelFaults, Run) {
  walk_all<RunScene>("run a model");
}

}  // namespace
}  // namespace sam
