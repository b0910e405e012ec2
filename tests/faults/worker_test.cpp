// Inside the engine: the worker's allocations fail one by one, or the worker is killed there; the first 200 and 200 seeded ones of a load, an
// encode and a decode. Each time the pipeline has a result or MemoryExhausted, and the next operation works.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <random>
#include <set>

#include "faults/failing_worker_plan.h"
#include "faults/pipeline_scene.h"
#include "inference/engine_memory.h"
#include "inference/worker_protocol.h"
#include "platform/file_system.h"
#include "segmentation/registry.h"

namespace sam {
namespace {

// First ones, and seeded ones, of an operation. All 200 take minutes, since a process that died starts anew and loads its networks:
// script/soak asks for them, and every test run walks the same first and seeded points up to fewer.
std::uint64_t points_of_a_kind() {
  const char* const asked = std::getenv("SAM_FAULT_POINTS");
  return asked == nullptr ? 12 : std::strtoull(asked, nullptr, 10);
}

class WorkerFaults : public testing::Test {
 protected:
  enum class Operation { load, encode, decode };
  struct Point {
    std::uint64_t nth = 0;  // 0: count
    bool kills = false;
  };

  WorkerFaults() : picture_{write_picture(folder_.path() / "a.bmp")} {
    const std::filesystem::path file = folder_.path() / "plan";
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0 || ::ftruncate(descriptor, sizeof(FailingWorkerPlan)) != 0) throw std::runtime_error("no plan");
    void* const memory = ::mmap(nullptr, sizeof(FailingWorkerPlan), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    ::close(descriptor);
    if (memory == MAP_FAILED) throw std::runtime_error("no plan");
    plan_ = static_cast<FailingWorkerPlan*>(memory);
    ::setenv("SAM_FAULT_PLAN", file.c_str(), 1);
    worker_ = make_worker(SAM_FAILING_WORKER);
    engines_ = make_engine_memory(worker_, {&budget_, nullptr}, book_, clock_);
    GovernedDomain domain{&probe_, &budget_, {gib, 1.0}, [] { return ProgramUse{}; }};
    governor_ = make_governor({}, {domain}, fake_clock_);
    governor_->sample();
    make_pipeline_again();
    segment(8);
  }
  ~WorkerFaults() override {
    pipeline_.reset();
    ::munmap(plan_, sizeof(FailingWorkerPlan));
  }

  void make_pipeline_again() {
    pipeline_.reset();
    PipelineParts parts;
    parts.forms.push_back({RungKind::lower_precision, "f32", [this] {
                             return make_sam_predictor(SAM_TEST_DATA "/models/sam1_hwc.encoder.onnx",
                                                       SAM_TEST_DATA "/models/sam1_four.decoder.onnx",
                                                       [this](const std::filesystem::path& file) {
                                                         ModelOptions options;
                                                         options.file = file;
                                                         options.threads = 1;
                                                         return engines_->load(options);
                                                       });
                           }});
    parts.engines = {[this](bool wait) { return engines_->release_memory(wait); },
                     [this] { return engines_->restart(); },
                     [this](std::int64_t idle_ms) { return engines_->unload_idle(idle_ms); }};
    parts.governor = governor_.get();
    parts.host = &budget_;
    pipeline_ = make_pipeline({}, std::move(parts), log_, clock_);
  }

  void segment(double x) {
    const SegmentResult result = pipeline_->segment(picture_, {{}, {{{x, 8}, true}}, nullptr, false, false, {}}, {});
    if (result.instances.empty()) throw std::runtime_error("an answer without a mask");
  }

  // True: a result. Throws what is no MemoryExhausted.
  bool run(Operation operation, const Point& point) {
    if (operation == Operation::load) make_pipeline_again();
    if (operation == Operation::encode) pipeline_->clear_cache(false);
    if (operation == Operation::decode)
      pipeline_->segment(picture_, {{}, {{{8, 8}, true}}, nullptr, false, false, {}}, {});
    x_ = x_ < 20 ? x_ + 0.01 : 2;  // a prompt that was not answered before
    plan_->skip = 0;
    plan_->armed = plan_->fired = 0;
    plan_->allocations = 0;
    plan_->nth = point.nth;
    plan_->kills = point.kills ? 1 : 0;
    plan_->kind = static_cast<std::uint8_t>(operation == Operation::load ? MessageKind::load : MessageKind::run);
    bool succeeded = true;
    try {
      segment(x_);
    } catch (const MemoryExhausted&) {
      succeeded = false;
    }
    plan_->kind = 0;
    return succeeded;
  }

  void walk_points(const std::string& name, Operation operation, bool kills) {
    const auto begin = std::chrono::steady_clock::now();
    run(operation, {});
    const std::uint64_t all = plan_->allocations;
    ASSERT_GT(all, 0u);
    std::set<std::uint64_t> points;
    for (std::uint64_t nth = 1; nth <= std::min(points_of_a_kind(), all); ++nth) points.insert(nth);
    std::mt19937_64 random(20);
    std::uniform_int_distribution<std::uint64_t> any(1, all);
    for (std::uint64_t i = 0; i < points_of_a_kind() && points.size() < all; ++i) points.insert(any(random));
    Watchdog watchdog(name);
    WalkCounts counts;
    const int restarts = worker_->restarts();
    for (const std::uint64_t nth : points) {
      watchdog.feed(nth);
      try {
        ++(run(operation, {nth, kills}) ? counts.results : counts.refusals);
        ++counts.points;
      } catch (const std::exception& error) {
        ADD_FAILURE() << name << ", point " << nth << " of " << all << ": it ended with " << error.what();
      }
      try {
        pipeline_->clear_cache(false);
        segment(8);
      } catch (const std::exception& error) {
        ADD_FAILURE() << name << ", point " << nth << " of " << all << ": the next operation: " << error.what();
      }
      if (HasFailure()) break;
    }
    counts.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    count_walk(name + " (of " + std::to_string(all) + "; worker lost " +
                   std::to_string(worker_->restarts() - restarts) + " times)",
               counts);
  }

  WalkFolder folder_;
  const PicturePath picture_;
  FailingWorkerPlan* plan_ = nullptr;
  double x_ = 2;
  SystemClock clock_;
  FakeClock fake_clock_;
  MemoryLog log_{nullptr};
  FakeProbe probe_{"host", 0, gib};
  Budget budget_{"host", gib};
  PosixFileSystem files_;
  CostBook book_{{}, files_};
  std::shared_ptr<Worker> worker_;
  std::shared_ptr<EngineMemory> engines_;
  std::unique_ptr<Governor> governor_;
  std::unique_ptr<Pipeline> pipeline_;
};

TEST_F(WorkerFaults, LoadWithFailingAllocations) {
  walk_points("engine, load", Operation::load, false);
}
TEST_F(WorkerFaults, EncodeWithFailingAllocations) {
  walk_points("engine, encode", Operation::encode, false);
}
TEST_F(WorkerFaults, DecodeWithFailingAllocations) {
  walk_points("engine, decode", Operation::decode, false);
}
TEST_F(WorkerFaults, LoadWithTheWorkerKilled) {
  walk_points("worker killed, load", Operation::load, true);
}
TEST_F(WorkerFaults, EncodeWithTheWorkerKilled) {
  walk_points("worker killed, encode", Operation::encode, true);
}
TEST_F(WorkerFaults, DecodeWithTheWorkerKilled) {
  walk_points("worker killed, decode", Operation::decode, true);
}

}  // namespace
}  // namespace sam
