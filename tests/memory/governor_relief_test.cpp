#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "memory/a_governor.h"

namespace sam {
namespace {

using std::chrono::milliseconds;
using Level = MemoryLevel;

TEST_F(AGovernor, AsksTheCheapestFirstAndStopsWhenItHasEnough) {
  make();
  FakeCache engines(host_budget_, ReclaimStep::engines, Owner::scratch);
  FakeCache images(host_budget_, ReclaimStep::images, Owner::images);
  FakeCache predictions(host_budget_, ReclaimStep::predictions, Owner::predictions);
  FakeCache elsewhere(device_budget_, ReclaimStep::predictions, Owner::predictions);
  for (FakeCache* cache : {&engines, &images, &predictions, &elsewhere}) {
    cache->keep(100 * mib);
    governor_->add_reclaimer(*cache);
  }
  EXPECT_EQ(governor_->reclaim("host", 150 * mib, ReclaimStep::idle_models), 200 * mib);
  EXPECT_EQ(predictions.calls, 1);
  EXPECT_EQ(images.calls, 1);
  EXPECT_EQ(engines.calls, 0);
  EXPECT_EQ(governor_->reclaim("host", 1, ReclaimStep::embeddings), 0u) << "up to and including the last step only";
  EXPECT_EQ(engines.calls, 0);
  EXPECT_EQ(governor_->reclaim("host", 1, ReclaimStep::engines), 100 * mib);
  EXPECT_EQ(elsewhere.calls, 0);
  EXPECT_EQ(governor_->reclaim("cuda:7", 1, ReclaimStep::idle_models), 0u);
  EXPECT_EQ(host_budget_.reserved_bytes(), 0u);
}

TEST_F(AGovernor, WhatCameBackCanBeReservedAtOnce) {
  use_ = {0, 12 * gib};  // unreserved: what engines keep
  make(false);
  FakeCache engines(host_budget_, ReclaimStep::engines, Owner::scratch);
  engines.keep(1 * gib);
  engines.on_reclaim = [this] { use_ = {0, 2 * gib}; };
  governor_->add_reclaimer(engines);
  EXPECT_FALSE(host_budget_.try_reserve(Owner::images, 8 * gib));
  governor_->reclaim("host", 1, ReclaimStep::engines);
  EXPECT_TRUE(host_budget_.try_reserve(Owner::images, 8 * gib)) << "without waiting for the next sample";
}

TEST_F(AGovernor, AReclaimerThatThrowsIsLoggedAndTheOthersAreAsked) {
  make();
  FakeCache broken(host_budget_, ReclaimStep::predictions, Owner::predictions);
  FakeCache good(host_budget_, ReclaimStep::images, Owner::images);
  broken.on_reclaim = [] { throw std::runtime_error("index is damaged"); };
  good.keep(100);
  governor_->add_reclaimer(broken);
  governor_->add_reclaimer(good);
  EXPECT_EQ(governor_->optimize_memory(true).freed_bytes, 100u);
  EXPECT_EQ(log_.count("Error optimizing memory: index is damaged"), 1);
  EXPECT_EQ(log_.count("Memory optimization performed"), 1);
}

TEST_F(AGovernor, AReclaimerIsGoneWhenRemoveReturns) {
  make();
  FakeCache cache(host_budget_, ReclaimStep::images, Owner::images);
  std::promise<void> entered, go_on;
  cache.on_reclaim = [&] {
    entered.set_value();
    go_on.get_future().wait();
  };
  governor_->add_reclaimer(cache);
  std::thread inside([&] { governor_->reclaim("host", 1, ReclaimStep::images); });
  entered.get_future().wait();
  std::atomic<bool> removed{false};
  std::thread remover([&] {
    governor_->remove_reclaimer(cache);
    removed = true;
  });
  std::this_thread::sleep_for(milliseconds(10));
  EXPECT_FALSE(removed);
  go_on.set_value();
  inside.join();
  remover.join();
  EXPECT_EQ(governor_->reclaim("host", 1, ReclaimStep::images), 0u);
  EXPECT_EQ(cache.calls, 1);
  governor_->remove_reclaimer(cache);  // twice is once
}

TEST_F(AGovernor, OptimizesAtWarningOrIfForced) {
  make();
  FakeCache predictions(host_budget_, ReclaimStep::predictions, Owner::predictions);
  FakeCache embeddings(host_budget_, ReclaimStep::embeddings, Owner::embeddings);
  FakeCache models(host_budget_, ReclaimStep::idle_models, Owner::weights);
  for (FakeCache* cache : {&predictions, &embeddings, &models}) {
    cache->keep(1 * mib);
    governor_->add_reclaimer(*cache);
  }
  EXPECT_FALSE(governor_->optimize_memory(false).done);
  EXPECT_EQ(log_.count("Memory optimization performed"), 0);
  const OptimizeResult forced = governor_->optimize_memory(true);
  EXPECT_TRUE(forced.done);
  EXPECT_EQ(forced.freed_bytes, 1 * mib) << "neither embeddings that only memory holds nor models";
  EXPECT_EQ(log_.count("Memory optimization performed"), 1);
  EXPECT_EQ(host().reserved_bytes, 2 * mib) << "it sampled afterwards";
  device_.set(6600 * mib, 8 * gib);  // 80.6 %, seen once
  options_.gpu_optimize_threshold = 1;
  governor_->optimize_memory(true);
  EXPECT_TRUE(governor_->optimize_memory(false).done) << "the device is used beyond the warning threshold";
}

TEST_F(AGovernor, AnOptimizationThatGaveNothingIsNotRepeatedWithinTheHoldTime) {
  options_.gpu_optimize_threshold = 1;
  make();
  FakeCache images(host_budget_, ReclaimStep::images, Owner::images);
  device_.set(7900 * mib, 8 * gib);
  pass(500);
  ASSERT_EQ(governor_->level(), Level::critical);
  governor_->add_reclaimer(images);
  EXPECT_TRUE(governor_->optimize_memory(false).done);
  EXPECT_FALSE(governor_->optimize_memory(false).done);
  EXPECT_EQ(images.calls, 1) << "each click would ask everybody for nothing";
  EXPECT_TRUE(governor_->optimize_memory(true).done) << "whoever forces it is obeyed";
  clock_.advance(299);
  EXPECT_FALSE(governor_->optimize_memory(false).done);
  clock_.advance(1);
  images.keep(1 * mib);
  EXPECT_EQ(governor_->optimize_memory(false).freed_bytes, 1 * mib);
  EXPECT_TRUE(governor_->optimize_memory(false).done) << "it gave something: there may be more";
  EXPECT_EQ(images.calls, 4);
}

TEST_F(AGovernor, OptimizesByItselfWhenADeviceIsUsedBeyondItsThreshold) {
  make();
  FakeCache predictions(host_budget_, ReclaimStep::predictions, Owner::predictions);
  FakeCache images(host_budget_, ReclaimStep::images, Owner::images);
  FakeCache arena(device_budget_, ReclaimStep::engines, Owner::scratch);
  for (FakeCache* cache : {&predictions, &images, &arena}) {
    cache->keep(1 * mib);
    governor_->add_reclaimer(*cache);
  }
  device_.set(6553 * mib, 8 * gib);  // 79.99 %
  pass(1000);
  EXPECT_EQ(log_.count("Memory optimization performed"), 0);
  device_.set(6600 * mib, 8 * gib);
  pass(100);
  EXPECT_EQ(log_.count("Memory optimization performed"), 1);
  EXPECT_EQ(arena.calls, 1);
  EXPECT_EQ(predictions.calls, 1);
  EXPECT_EQ(images.calls, 0) << "the host's pictures do not help the device";
  pass(9000);
  EXPECT_EQ(log_.count("Memory optimization performed"), 1) << "not all the time";
}

TEST_F(AGovernor, AtWarningItTakesCheapStepsUntilBelowTheThreshold) {
  make();
  FakeCache predictions(host_budget_, ReclaimStep::predictions, Owner::predictions);
  FakeCache images(host_budget_, ReclaimStep::images, Owner::images);
  FakeCache embeddings(host_budget_, ReclaimStep::embeddings, Owner::embeddings);
  for (FakeCache* cache : {&predictions, &images, &embeddings}) governor_->add_reclaimer(*cache);
  for (int i = 0; i < 2; ++i) predictions.keep(256 * mib);
  for (int i = 0; i < 8; ++i) images.keep(512 * mib);
  embeddings.keep(1 * gib);
  use_ = {11 * gib, 0};
  host_.script([this] { return std::optional(reading_of(use_.program_bytes + 2 * gib, 16 * gib)); });
  const auto held = [&] { return host_budget_.reserved_bytes(); };
  const std::uint64_t before = held();
  std::uint64_t last = before;
  for (int i = 0; i < 30; ++i) {
    pass(100);
    use_.program_bytes -= last - held();  // the memory goes with the reservations
    last = held();
  }
  EXPECT_EQ(governor_->level(), Level::normal);
  EXPECT_LT(host().utilization, 0.80);
  EXPECT_LT(before - held(), 1500 * mib) << "no more than it takes";
  EXPECT_EQ(embeddings.calls, 0) << "what is dear stays";
  EXPECT_EQ(heard_.size(), 2u) << "to warning and back once";
}

TEST_F(AGovernor, AtWarningEnginesAreAskedOnlyForWhatIsStillTooMuch) {
  make(false);
  FakeCache freed_heap(host_budget_, ReclaimStep::freed_heap, Owner::scratch);
  FakeCache images(host_budget_, ReclaimStep::images, Owner::images);
  FakeCache engines(host_budget_, ReclaimStep::engines, Owner::scratch);
  for (FakeCache* cache : {&freed_heap, &images, &engines}) governor_->add_reclaimer(*cache);
  freed_heap.keep(1 * gib);
  images.keep(1 * gib);
  engines.keep(1 * gib);
  host_.set(13200 * mib, 16 * gib);  // 80.6 %
  pass(500);
  ASSERT_EQ(governor_->level(), Level::warning);
  EXPECT_EQ(freed_heap.calls, 1);
  EXPECT_EQ(images.calls + engines.calls, 0) << "nothing that has to be made again";
  host_.set(14 * gib, 16 * gib);  // as if nothing had come of it
  pass(5000);
  EXPECT_GE(images.calls, 1);
  EXPECT_GE(engines.calls, 1) << "what engines keep must not hold the level for good";
}

TEST_F(AGovernor, ACardOnWhichNothingIsOursDecidesNothing) {
  GovernedDomain host{&host_, &host_budget_, options_.host_memory_limit, [this] { return use_; }};
  GovernedDomain card{&device_, &device_budget_, {0, options_.gpu_memory_fraction}};
  card.in_use = [this] { return device_budget_.reserved_bytes() > 0; };
  governor_ = make_governor(options_, {host, card}, clock_);
  governor_->sample();
  FakeCache images(host_budget_, ReclaimStep::images, Owner::images);
  FakeCache predictions(host_budget_, ReclaimStep::predictions, Owner::predictions);
  for (FakeCache* cache : {&images, &predictions}) {
    cache->keep(1 * mib);
    governor_->add_reclaimer(*cache);
  }
  device_.set(8100 * mib, 8 * gib);  // somebody's training
  pass(20'000);
  EXPECT_EQ(governor_->snapshot().domains[1].level, Level::critical) << "it is shown";
  EXPECT_EQ(governor_->level(), Level::normal);
  EXPECT_TRUE(governor_->should_cache());
  EXPECT_EQ(governor_->check_memory_status().message, "");
  EXPECT_FALSE(governor_->optimize_memory(false).done);
  EXPECT_EQ(images.calls + predictions.calls, 0);
  const Reservation ours = device_budget_.reserve(Owner::weights, 1);
  pass(1000);
  EXPECT_EQ(governor_->level(), Level::critical);
}

TEST_F(AGovernor, AtWarningWhatIsDearStaysAtCriticalAllButTheModelsIsAsked) {
  make(false);
  FakeCache on_disk(host_budget_, ReclaimStep::embeddings_on_disk, Owner::embeddings);
  FakeCache embeddings(host_budget_, ReclaimStep::embeddings, Owner::embeddings);
  FakeCache engines(host_budget_, ReclaimStep::engines, Owner::scratch);
  FakeCache models(host_budget_, ReclaimStep::idle_models, Owner::weights);
  for (FakeCache* cache : {&on_disk, &embeddings, &engines, &models}) {
    cache->keep(1 * mib);
    governor_->add_reclaimer(*cache);
  }
  host_.set(14 * gib, 16 * gib);
  pass(5000);
  ASSERT_EQ(governor_->level(), Level::warning);
  EXPECT_GE(on_disk.calls, 1);
  EXPECT_EQ(embeddings.calls, 0);
  host_.set(15800 * mib, 16 * gib);
  pass(31'000);
  ASSERT_EQ(governor_->level(), Level::critical);
  EXPECT_GE(embeddings.calls, 1);
  EXPECT_GE(engines.calls, 1);
  EXPECT_EQ(models.calls, 0);
  EXPECT_EQ(host_budget_.reserved_bytes(), 1 * mib) << "the models";
}

TEST_F(AGovernor, TwoReasonsToAskADomainAreAnsweredOnce) {
  options_.hold = milliseconds(0);  // tight and beyond the limit are then noticed together
  make(false);
  FakeCache images(host_budget_, ReclaimStep::images, Owner::images);
  governor_->add_reclaimer(images);
  for (int i = 0; i < 32; ++i) images.keep(256 * mib);
  use_ = {8 * gib, 0};
  host_.set(8 * gib, 8 * gib);  // a limit of 7.2 GiB: 0.8 too much are promised, 2.46 too much are used
  clock_.advance(100);
  governor_->sample();
  EXPECT_EQ(images.calls, 2);
  EXPECT_EQ(host_budget_.reserved_bytes(), 5632 * mib) << "2.5 GiB came back for both, not 3.5";
}

TEST_F(AGovernor, ATightMachineWithNothingToGiveIsAskedLessAndLess) {
  make();
  FakeCache images(host_budget_, ReclaimStep::images, Owner::images);
  governor_->add_reclaimer(images);
  host_.set(14 * gib, 16 * gib);
  pass(60'000);
  EXPECT_GE(images.calls, 3);
  EXPECT_LE(images.calls, 7) << "2, 4, 8, 16, 30 seconds apart";
}

TEST_F(AGovernor, ALimitLoweredWhileRunningIsMetInTheBackground) {
  std::vector<GovernedDomain> domains = {{&host_, &host_budget_, {}, [this] {
                                            const BudgetReport held = host_budget_.report();
                                            const std::uint64_t weights =
                                                held.by_owner[static_cast<std::size_t>(Owner::weights)];
                                            return ProgramUse{held.reserved_bytes - weights, weights};
                                          }}};
  governor_ = make_governor(options_, std::move(domains), clock_);
  governor_->sample();
  FakeCache embeddings(host_budget_, ReclaimStep::embeddings, Owner::embeddings);
  FakeCache models(host_budget_, ReclaimStep::idle_models, Owner::weights);
  governor_->add_reclaimer(embeddings);
  governor_->add_reclaimer(models);
  for (int i = 0; i < 4; ++i) embeddings.keep(1 * gib);
  for (int i = 0; i < 2; ++i) models.keep(1 * gib);
  EXPECT_EQ(host_budget_.reserved_bytes(), 6 * gib);
  host_.script([] { return std::optional(reading_of(4 * gib, 5 * gib)); });  // the cgroup now says 5 GiB
  clock_.advance(100);
  governor_->sample();
  EXPECT_EQ(host_budget_.report().limit_bytes, 4608 * mib);
  EXPECT_EQ(host_budget_.reserved_bytes(), 4 * gib) << "six less the two that go beyond 4.5";
  EXPECT_EQ(models.calls, 0);
  EXPECT_FALSE(host_budget_.try_reserve(Owner::images, 1 * gib));
  EXPECT_TRUE(host_budget_.try_reserve(Owner::images, 512 * mib)) << "who comes next does not have to wait";
}

}  // namespace
}  // namespace sam
