// Reservations round loading and running, with a worker that plays what it is told.
#include "inference/engine_memory.h"

#include <gtest/gtest.h>

#include <functional>
#include <new>
#include <utility>

#include "inference/cost_book.h"
#include "inference/onnx_file.h"
#include "memory/budget.h"
#include "platform/file_system.h"

namespace sam {
namespace {

constexpr std::uint64_t mb = 1 << 20;

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

TEST_F(EngineMemoryTest, WhatIsHeldStaysReservedAndEndsWithTheModel) {
  auto model = load();
  EXPECT_EQ(held(), 40 * mb);
  EXPECT_EQ(reserved(Owner::weights), std::filesystem::file_size(options_.file));
  run(*model);
  EXPECT_EQ(held(), 70 * mb);
  EXPECT_EQ(reserved(Owner::weights), std::filesystem::file_size(options_.file));
  model.reset();
  EXPECT_EQ(held(), 0u);
}

TEST_F(EngineMemoryTest, TheFirstRunTakesMostOfWhatIsFreeTheNextWhatWasMeasured) {
  const auto model = load();
  run(*model);
  budget_.set_limit(180 * mb + engine_base_bytes);  // 70 are held, a run needs 100 more than the 40 of the weights
  run(*model);
  budget_.set_limit(120 * mb + engine_base_bytes);
  EXPECT_THROW(run(*model), OutOfMemory);
  EXPECT_EQ(held(), 70 * mb) << "a refused run changes nothing";
}

TEST_F(EngineMemoryTest, ARefusalNamesWhatIsMissing) {
  const auto model = load();
  run(*model);
  budget_.set_limit(120 * mb + engine_base_bytes);
  try {
    run(*model);
    FAIL();
  } catch (const OutOfMemory& error) {
    EXPECT_GE(error.requested_bytes(), 20 * mb);
    EXPECT_LE(error.requested_bytes(), 30 * mb);
    EXPECT_EQ(error.domain(), "host");
  }
}

TEST_F(EngineMemoryTest, AfterTheWorkersRefusalTheNextAttemptTakesAllThatIsFree) {
  const auto model = load();
  worker_->play.run_peak_bytes = 800 * mb;  // more than three quarters of the rest
  run(*model);
  EXPECT_EQ(held(), 70 * mb) << "what is there stays reserved, not what was taken for the attempt";
}

TEST_F(EngineMemoryTest, ARunThatNeedsMoreThanThereIsFailsCleanlyAndTheNextOneSaysHowMuch) {
  const auto model = load();
  worker_->play.run_peak_bytes = 2000 * mb;
  EXPECT_THROW(run(*model), OutOfMemory);
  const std::uint64_t after = held();
  EXPECT_LE(after, 40 * mb);
  worker_->play.run_peak_bytes = 100 * mb;
  budget_.set_limit(400 * mb + engine_base_bytes);
  EXPECT_THROW(run(*model), OutOfMemory) << "less is free than was refused";
  budget_.set_limit(2000 * mb + engine_base_bytes);
  run(*model);
}

TEST_F(EngineMemoryTest, TheWorkersLimitFollowsTheReservations) {
  const auto model = load();
  const std::uint64_t loaded = worker_->limit;
  EXPECT_GE(loaded, 40 * mb);
  EXPECT_LE(loaded, 100 * mb);
  run(*model);
  EXPECT_GE(worker_->limit, loaded + 30 * mb);
}

TEST_F(EngineMemoryTest, ReleaseGivesBackWhatWasKept) {
  const auto model = load();
  run(*model);
  EXPECT_EQ(engines_->release_memory(true), 30 * mb);
  EXPECT_EQ(held(), 40 * mb);
}

TEST_F(EngineMemoryTest, WhatLoadingPreparedIsGivenBackAndReservedAgainForTheNextRun) {
  const auto model = load();
  run(*model);
  worker_->play.held_after_release_bytes = 10 * mb;
  EXPECT_EQ(engines_->release_memory(true), 60 * mb);
  EXPECT_EQ(held(), 10 * mb);
  budget_.set_limit(100 * mb + engine_base_bytes);  // a run needs 140
  EXPECT_THROW(run(*model), OutOfMemory);
  budget_.set_limit(160 * mb + engine_base_bytes);
  run(*model);
}

TEST_F(EngineMemoryTest, RestartGivesBackEverythingAndTheModelLoadsAgain) {
  const auto model = load();
  run(*model);
  EXPECT_EQ(engines_->restart(), 70 * mb);
  EXPECT_EQ(held(), 0u);
  EXPECT_EQ(worker_->ended, 1);
  run(*model);
  EXPECT_EQ(held(), 70 * mb);
}

TEST_F(EngineMemoryTest, AWorkerThatDiedByItselfIsNoticed) {
  const auto model = load();
  run(*model);
  ++worker_->died;
  run(*model);
  EXPECT_EQ(held(), 70 * mb);
}

TEST_F(EngineMemoryTest, WhatOthersDidMeanwhileIsNotTakenForTheModels) {
  const auto model = load();
  run(*model);
  worker_->play.alone = false;
  worker_->play.run_peak_bytes = 60 * mb;
  worker_->play.kept_bytes = 300 * mb;
  run(*model);
  EXPECT_EQ(held(), 70 * mb);
}

TEST_F(EngineMemoryTest, AFirstRunBesideOthersKeepsItsReservationUntilItIsMeasured) {
  const auto model = load();
  worker_->play.alone = false;
  run(*model);
  EXPECT_GE(held(), 700 * mb) << "some of it is in use, nobody knows how much";
  worker_->play.alone = true;
  run(*model);
  EXPECT_EQ(held(), 70 * mb);
}

TEST_F(EngineMemoryTest, AModelLargerThanWhatIsFreeIsNotEvenTried) {
  budget_.set_limit(1000 + engine_base_bytes);
  EXPECT_THROW(load(), OutOfMemory);
  EXPECT_EQ(held(), 0u);
}

TEST_F(EngineMemoryTest, OnlyAnIdleWorkerIsUnloaded) {
  const auto model = load();
  run(*model);
  EXPECT_EQ(engines_->unload_idle(60'000), 0u);
  EXPECT_EQ(engines_->unload_idle(0), 70 * mb);
}

TEST_F(EngineMemoryTest, WhatOthersHaveReservedAndNotTakenIsNotSubtracted) {
  const auto model = load();
  run(*model);
  options_.file = SAM_TEST_DATA "/models/sam2.encoder.onnx";  // whose run was never measured
  const auto other = load();
  worker_->play.alone = false;
  run(*other);  // beside others: all of its reservation stays, hundreds of MB, of which it has taken 70
  const std::uint64_t before = budget_.reserved_bytes();
  ASSERT_GE(before, engine_base_bytes + 600 * mb);
  worker_->play.alone = true;
  worker_->play.kept_bytes = 130 * mb;  // the heap as a whole: 70 of the other's, 70 of this model's, 30 more
  run(*model);
  EXPECT_EQ(budget_.reserved_bytes(), before + 30 * mb) << "none of the heap is missing in the books";
}

// Else it would be taken for the other's, or the other's for what came back.
TEST_F(EngineMemoryTest, WhileAModelRunsNothingIsTakenFromTheOthersInPassing) {
  const auto model = load();
  const auto other = load();
  run(*model);
  run(*other);
  std::uint64_t meanwhile = 1;
  worker_->play.fail = [&] { meanwhile = engines_->release_memory(false); };
  run(*model);
  EXPECT_EQ(meanwhile, 0u);
  EXPECT_GT(engines_->release_memory(false), 0u) << "once it has ended";
}

TEST_F(EngineMemoryTest, ALoadThatSucceededIsNoLongerGivenAllThatIsFree) {
  worker_->play.load_peak_bytes = 800 * mb;  // more than three quarters of what is free
  load();
  EXPECT_GE(worker_->limit_at_load, 850 * mb) << "after a refusal more of it";
  load();
  EXPECT_GE(worker_->limit_at_load, 800 * mb);
  EXPECT_LT(worker_->limit_at_load, 850 * mb) << "as measured";
}

TEST_F(EngineMemoryTest, ALimitThatCouldNotBeSentIsSentTheNextTime) {
  const auto model = load();
  run(*model);
  const std::uint64_t between = worker_->limit;
  worker_->play.fail = [this] { worker_->no_memory_to_send = true; };
  run(*model);
  EXPECT_GT(worker_->limit, between) << "still what the run was granted";
  worker_->play.held_after_release_bytes = 70 * mb;  // nothing comes back, nothing changes
  EXPECT_EQ(engines_->release_memory(true), 0u);
  EXPECT_EQ(worker_->limit, between);
}

TEST_F(EngineMemoryTest, ACostLargerThanTheDomainEverWasIsMeasuredAnew) {
  const OnnxFile file = read_onnx_file(options_.file);
  const std::string key = cost_key(file.hash, "cpu", "f32");
  book_.record(key, {{60 * mb, 40 * mb, 100'000 * mb, 30 * mb}, {}});
  const auto model = load();
  run(*model);
  EXPECT_EQ(held(), 70 * mb);
}

TEST_F(EngineMemoryTest, NoMemoryForTheTensorsLeavesTheEngineAsItIs) {
  const auto model = load();
  run(*model);
  worker_->play.fail = [] { throw TensorsOutOfMemory("no memory for the tensors"); };
  EXPECT_THROW(run(*model), TensorsOutOfMemory);
  EXPECT_EQ(held(), 70 * mb) << "the engine holds what it held";
  budget_.set_limit(
      150 * mb + engine_base_bytes);  // a run fits; if the engine were lost, or refused memory, more would be asked for
  run(*model);
  EXPECT_EQ(worker_->runs, 2);
}

TEST_F(EngineMemoryTest, AKilledWorkerSaysNothingAboutWhatTheModelNeeds) {
  const auto model = load();
  run(*model);
  worker_->play.fail = [this] {
    ++worker_->died;
    budget_.set_limit(60 * mb + engine_base_bytes);  // short: it may have been the kernel
    throw WorkerKilled("killed (signal 9)");
  };
  try {
    run(*model);
    FAIL();
  } catch (const OutOfMemory& error) {
    EXPECT_EQ(error.requested_bytes(), 0u) << "nobody knows that memory was short";
  }
  EXPECT_EQ(held(), 0u);
  EXPECT_EQ(engines_->worker_deaths(), 1);
  budget_.set_limit(150 * mb + engine_base_bytes);
  run(*model);
}

TEST_F(EngineMemoryTest, AWorkerKilledWhileMemoryIsFreeCostsOnlyAnotherTry) {
  const auto model = load();
  run(*model);
  worker_->play.fail = [this] {
    ++worker_->died;
    throw WorkerKilled("killed (signal 9)");
  };
  run(*model);
  EXPECT_EQ(engines_->worker_deaths(), 1);
}

TEST_F(EngineMemoryTest, AWorkerKilledAgainAndAgainIsNoLackOfMemory) {
  const auto model = load();
  run(*model);
  std::function<void()> kill = [&] {
    ++worker_->died;
    worker_->play.fail = kill;
    throw WorkerKilled("killed (signal 9)");
  };
  worker_->play.fail = kill;
  EXPECT_THROW(run(*model), ModelError);
  EXPECT_EQ(engines_->worker_deaths(), 3);
  worker_->play.fail = nullptr;
  run(*model);
}

TEST_F(EngineMemoryTest, TensorsAreReservedAsLongAsTheyLive) {
  const auto model = load();
  {
    Tensor tensor = model->make_tensor("x", ElementType::f32, {1, 3, 1024, 1024});
    EXPECT_EQ(reserved(Owner::images), 12 * mb);
    const Tensor same = tensor;
    tensor = Tensor();
    EXPECT_EQ(reserved(Owner::images), 12 * mb);
    EXPECT_EQ(same.values<float>().size(), 3u << 20);
  }
  EXPECT_EQ(reserved(Owner::images), 0u);
  budget_.set_limit(budget_.reserved_bytes() + 11 * mb);
  EXPECT_THROW(model->make_tensor("x", ElementType::f32, {1, 3, 1024, 1024}), OutOfMemory);
  EXPECT_EQ(reserved(Owner::images), 0u);
}

TEST_F(EngineMemoryTest, TheFirstRunInANewWorkerIsGivenWhatAFirstRunNeeded) {
  const auto model = load();
  worker_->play.first_run_peak_bytes = 200 * mb;
  for (int i = 0; i < 40; ++i) run(*model);  // what the first one needed is forgotten over time, for those after it
  budget_.set_limit(180 * mb + engine_base_bytes);
  run(*model);
  ++worker_->died;
  budget_.set_limit(260 * mb + engine_base_bytes);
  const int runs = worker_->runs;
  run(*model);
  EXPECT_EQ(worker_->runs, runs + 1) << "not refused first";
}

// Else a model that runs in the new worker would seem to hold so much less, and the next one would be refused memory that is free.
TEST_F(EngineMemoryTest, WhatAModelHeldInALostWorkerIsNotTakenForAPartOfTheNewOne) {
  const auto model = load();
  options_.file = SAM_TEST_DATA "/models/sam2.encoder.onnx";
  const auto other = load();
  worker_->play.kept_bytes = 70 * mb;  // the heap as a whole
  run(*model);
  run(*other);
  ++worker_->died;
  worker_->play.kept_bytes = 30 * mb;
  run(*model);
  EXPECT_EQ(held(), 70 * mb) << "all that the new worker holds, and nothing of the old one";
}

TEST_F(EngineMemoryTest, APromiseThatMayNeverBeTakenIsNoReasonToEmptyCaches) {
  std::uint64_t speculative = 0;
  std::uint64_t reserved = 0;
  std::uint64_t left = 0;
  const auto look = [&] {
    speculative = budget_.speculative_bytes();
    reserved = budget_.reserved_bytes();
    left = budget_.available_bytes();
  };
  const auto model = load();
  worker_->play.fail = look;
  run(*model);  // that nobody measured
  EXPECT_GE(speculative, 700 * mb);
  EXPECT_LE(reserved - speculative, 100 * mb);
  EXPECT_EQ(budget_.speculative_bytes(), 0u) << "when it has ended";
  worker_->play.fail = look;
  run(*model);
  EXPECT_EQ(speculative, 0u) << "as measured";
  worker_->play.run_peak_bytes = 300 * mb;  // more than was measured: refused, then begun again
  worker_->play.fail = [&] {
    worker_->play.fail = look;
    throw OutOfMemory("the heap's limit", 5 * mb);
  };
  run(*model);
  EXPECT_GE(speculative, 500 * mb);
  EXPECT_GE(left, 100 * mb) << "for pictures that are decoded meanwhile";
}

TEST_F(EngineMemoryTest, AWorkerThatDoesNotRunHasNothingReserved) {
  EXPECT_EQ(budget_.reserved_bytes(), 0u);
  {
    const auto model = load();
    EXPECT_GE(budget_.reserved_bytes(), engine_base_bytes);
    engines_->restart();
    EXPECT_EQ(budget_.reserved_bytes(), 0u);
  }
  budget_.set_limit(engine_base_bytes);
  EXPECT_THROW(load(), OutOfMemory);
  EXPECT_EQ(budget_.reserved_bytes(), 0u);
}

TEST_F(EngineMemoryTest, WhatAllOfItNeedsIsTheSameAtAnyLimit) {
  ModelOptions decoder = options_;
  decoder.file = SAM_TEST_DATA "/models/sam1_512.decoder.onnx";
  const std::vector<ModelOptions> together{options_, decoder};
  EXPECT_EQ(engines_->need_bytes(together, "host"), 0u) << "nobody measured it";
  const auto record = [&](const ModelOptions& of, const ModelCost& cost) {
    book_.record(cost_key(read_onnx_file(of.file).hash, "cpu", "f32"), {cost, {}});
  };
  record(options_, {200 * mb, 100 * mb, 90 * mb, 0, 110 * mb});
  EXPECT_EQ(engines_->need_bytes(together, "host"), 0u) << "only a part of it";
  record(decoder, {60 * mb, 50 * mb, 20 * mb, 0, 20 * mb});
  const std::uint64_t need = engines_->need_bytes(together, "host");
  EXPECT_GE(need, 260 * mb + engine_base_bytes) << "the encoder's first run beside the decoder";
  EXPECT_LE(need, 270 * mb + engine_base_bytes);
  for (const std::uint64_t limit : {10 * mb, 100 * mb, 250 * mb}) {
    Budget small("host", limit);
    EXPECT_EQ(make_engine_memory(worker_, {&small, nullptr}, book_, clock_)->need_bytes(together, "host"), need);
  }
}

TEST_F(EngineMemoryTest, ARefusalCanBeParsed) {
  const auto model = load();
  run(*model);
  budget_.set_limit(120 * mb + engine_base_bytes);
  try {
    run(*model);
    FAIL();
  } catch (const OutOfMemory& error) {
    EXPECT_STREQ(error.what(), "running sam1_hwc.encoder.onnx needs 77 MB more of host memory; 50 of 144 MB are free");
  }
}

// A card of 1000 MiB, of which models may take 900.
class EngineMemoryOnACard : public EngineMemoryTest {
 protected:
  EngineMemoryOnACard() {
    options_.device = "cuda:0";
    options_.device_limit_bytes = 900 * mb;
    engines_ = make_engine_memory(worker_, {&budget_, &card_}, book_, clock_);
    arena(50, 50);
  }
  // What the arena of all models grows to next, and what it holds then.
  void arena(std::uint64_t peak_mb, std::uint64_t after_mb) {
    worker_->play.card_peak_bytes = peak_mb * mb;
    worker_->play.card_after_bytes = after_mb * mb;
  }

  Budget card_{"cuda:0", 900 * mb};
};

TEST_F(EngineMemoryOnACard, WithoutGrowthTheLimitIsReservedOnceForAllModels) {
  options_.enable_memory_growth = false;
  arena(700, 700);
  auto encoder = load();
  EXPECT_EQ(card_.reserved_bytes(), 900 * mb);
  auto decoder = load();
  run(*encoder);
  run(*decoder);
  EXPECT_EQ(card_.reserved_bytes(), 900 * mb);
  EXPECT_LE(engines_->release_memory(true), 60 * mb) << "of the host only";
  EXPECT_EQ(card_.reserved_bytes(), 900 * mb) << "the card's stays taken";
  engines_->restart();
  EXPECT_EQ(card_.reserved_bytes(), 0u);
  run(*decoder);
  EXPECT_EQ(card_.reserved_bytes(), 900 * mb);
  encoder.reset();
  EXPECT_EQ(card_.reserved_bytes(), 900 * mb);
  decoder.reset();
  EXPECT_EQ(card_.reserved_bytes(), 0u);
}

TEST_F(EngineMemoryOnACard, WithoutGrowthACardThatOthersUseIsRefused) {
  options_.enable_memory_growth = false;
  card_.set_limit(800 * mb);
  try {
    load();
    FAIL();
  } catch (const OutOfMemory& error) {
    EXPECT_EQ(error.domain(), "cuda:0");
    EXPECT_EQ(error.requested_bytes(), 100 * mb);
  }
  EXPECT_EQ(card_.reserved_bytes(), 0u);
}

TEST_F(EngineMemoryOnACard, WithGrowthTheBooksAddUpToTheArena) {
  arena(60, 50);
  const auto encoder = load();
  EXPECT_EQ(card_.reserved_bytes(), 50 * mb);
  arena(70, 60);
  const auto decoder = load();
  EXPECT_EQ(card_.reserved_bytes(), 60 * mb);
  arena(360, 360);
  run(*encoder);
  EXPECT_EQ(card_.reserved_bytes(), 360 * mb);
  run(*decoder);  // in what the encoder gave back to the arena
  EXPECT_EQ(card_.reserved_bytes(), 360 * mb);
  EXPECT_GE(engines_->release_memory(true), 290 * mb);
  EXPECT_LE(card_.reserved_bytes(), 60 * mb);
}

TEST_F(EngineMemoryOnACard, ARefusedRunLeavesTheSessionWhole) {
  const auto model = load();
  arena(300, 300);
  run(*model);
  worker_->play.fail = [] { throw OutOfMemory("the arena's limit", 5 * mb, "cuda:0"); };
  card_.set_limit(300 * mb);
  EXPECT_THROW(run(*model), OutOfMemory);
  EXPECT_EQ(card_.reserved_bytes(), 300 * mb) << "it holds what it held";
}

TEST(CostBook, RemembersOverARestart) {
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "cost_book";
  std::filesystem::remove_all(folder);
  PosixFileSystem files;
  const ModelCosts costs{{1 * mb, 2 * mb, 3 * mb, 4 * mb}, {5 * mb, 6 * mb, 7 * mb, 0}};
  CostBook book(folder / "costs.json", files);
  book.record("m|cpu|f32", costs);
  book.write();
  EXPECT_EQ(CostBook(folder / "costs.json", files).find("m|cpu|f32"), costs);
  EXPECT_FALSE(CostBook(folder / "costs.json", files).find("n|cpu|f32"));
}

TEST(CostBook, KeepsTheLargestAndTakesNoDamage) {
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "cost_book_damaged";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  PosixFileSystem files;
  for (const char* text :
       {"", "{", "[]", "{\"models\":3}", "{\"models\":{\"a\":{\"host\":{\"load_peak_bytes\":-1}}}}"}) {
    files.write_atomic(folder / "costs.json", text);
    CostBook book(folder / "costs.json", files);
    EXPECT_FALSE(book.find("a")) << text;
    book.record("a", {{5 * mb, 5 * mb, 5 * mb - 1, 5 * mb}, {}});
    book.record("a", {{1, 9 * mb, 1, 1}, {}});
    EXPECT_EQ(book.find("a")->host, (ModelCost{5 * mb, 9 * mb, 5 * mb, 5 * mb}));
  }
}

TEST(CostBook, WhatOneUnusualRunNeededIsForgottenOverTime) {
  PosixFileSystem files;
  CostBook book({}, files);
  book.record("m", {{900 * mb, 900 * mb, 900 * mb, 900 * mb}, {}});
  std::uint64_t before = 900 * mb;
  for (int i = 0; i < 60; ++i) {
    book.record("m", {{900 * mb, 900 * mb, 100 * mb, 900 * mb}, {}});
    const std::uint64_t now = book.find("m")->host.run_peak_bytes;
    EXPECT_LE(now, before);
    EXPECT_GE(now, before - before / 8) << "a step at a time";
    before = now;
  }
  EXPECT_GE(before, 100 * mb);
  EXPECT_LE(before, 108 * mb);
  EXPECT_EQ(book.find("m")->host.load_peak_bytes, 900 * mb);
}

TEST(CostBook, IsWrittenWhereAskedToAndOnlyForNews) {
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "cost_book_writes";
  std::filesystem::remove_all(folder);
  PosixFileSystem files;
  CostBook book(folder / "costs.json", files);
  const auto is_written = [&] {
    book.write();
    return std::filesystem::remove(folder / "costs.json");
  };
  EXPECT_FALSE(is_written());
  book.record("m", {{900 * mb, 900 * mb, 900 * mb, 900 * mb}, {}});
  EXPECT_FALSE(std::filesystem::exists(folder / "costs.json")) << "recording does not wait for the disk";
  EXPECT_TRUE(is_written());
  EXPECT_FALSE(is_written());
  int writes = 0;
  for (int i = 0; i < 40; ++i) {
    book.record("m", {{100 * mb, 100 * mb, 100 * mb, 100 * mb}, {}});
    writes += is_written() ? 1 : 0;
  }
  EXPECT_GT(writes, 2);
  EXPECT_LT(writes, 12);
}

}  // namespace
}  // namespace sam
