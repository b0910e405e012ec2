// Reservations round loading and running.
#include "inference/engine_memory.h"

#include "inference/engine_memory_fixture.h"
#include "inference/onnx_file.h"

namespace sam {
namespace {

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
    EXPECT_STREQ(error.what(), "running sam1_hwc.encoder.onnx needs 77 MB more of host memory; 50 of 144 MB are free");
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
  const std::string key = cost_key(file.hash, options_);
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
    book_.record(cost_key(read_onnx_file(of.file).hash, of), {cost, {}});
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

}  // namespace
}  // namespace sam
