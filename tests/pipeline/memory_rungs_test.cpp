// The rungs themselves: after each, what the engines gave back can be had.
#include "pipeline/memory_rungs.h"

#include <gmock/gmock.h>

#include "memory/a_governor.h"
#include "pipeline/fake_predictor.h"

namespace sam {
namespace {

class MemoryRungs : public AGovernor {
 protected:
  MemoryRungs() {
    use_ = {0, 12 * gib};  // without reservations: what engines keep
    make(false);
  }
  // Whether an image that was refused can be had once the engines gave back.
  void expect_room_after(RungKind kind) {
    EXPECT_FALSE(host_budget_.try_reserve(Owner::images, 8 * gib));
    const std::vector<Rung> rungs = make_rungs({*governor_, host_budget_, engines_, in_flight_});
    const RungResult result = rungs.at(static_cast<std::size_t>(kind)).run({OutOfMemory("an image", 8 * gib), 0});
    EXPECT_EQ(result.freed_bytes, 10 * gib);
    EXPECT_TRUE(host_budget_.try_reserve(Owner::images, 8 * gib));
  }
  std::uint64_t give_back() {
    use_ = {0, 2 * gib};
    return 10 * gib;
  }

  EngineControl engines_;
  InFlight in_flight_;
};

TEST_F(MemoryRungs, WhatEnginesGaveBackCanBeHadByTheRetry) {
  engines_.release_memory = [this](bool) { return give_back(); };
  expect_room_after(RungKind::shrink_engines);
}

TEST_F(MemoryRungs, WhatTheOldWorkerHeldCanBeHadByTheRetry) {
  engines_.restart = [this] { return give_back(); };
  expect_room_after(RungKind::restart_worker);
}

// Where nobody says how much was missing it may not have been memory at all: then precision is left alone.
TEST_F(MemoryRungs, WithoutANumberPrecisionIsLoweredOnlyWhereMemoryIsShort) {
  const auto load = [] { return std::make_unique<FakePredictor>(); };
  const auto lower = [&](std::uint64_t requested) {
    PredictorForms forms({{RungKind::lower_precision, "f32", load}, {RungKind::lower_precision, "bf16", load}}, nullptr,
                         clock_);
    const std::vector<Rung> rungs = make_rungs({*governor_, host_budget_, engines_, in_flight_, &forms});
    return rungs.at(static_cast<std::size_t>(RungKind::lower_precision))
        .run({OutOfMemory("killed", requested), 0})
        .skipped;
  };
  use_ = {};
  governor_->sample();
  EXPECT_EQ(lower(0), "memory is free");
  EXPECT_EQ(lower(1), "") << "who says how much was missing is believed";
  auto taken = host_budget_.reserve(Owner::images, host_budget_.available_bytes() - 65 * mib);
  EXPECT_EQ(lower(0), "memory is free");
  ASSERT_TRUE(taken.try_grow_to(taken.bytes() + 2 * mib));
  EXPECT_EQ(lower(0), "") << "less is free than a request is taken for that nobody named";
}

TEST_F(MemoryRungs, WhoDoesNotSayHowMuchIsMissingGetsACommonRequestFromTheCaches) {
  FakeCache cache(host_budget_, ReclaimStep::images, Owner::images);
  use_ = {};
  governor_->sample();
  for (int i = 0; i < 20; ++i) cache.keep(8 * mib);
  governor_->add_reclaimer(cache);
  const std::vector<Rung> rungs = make_rungs({*governor_, host_budget_, engines_, in_flight_});
  const Rung& reclaim = rungs.at(static_cast<std::size_t>(RungKind::reclaim));
  EXPECT_EQ(reclaim.run({OutOfMemory("x"), 0}).freed_bytes, 64 * mib);
  EXPECT_EQ(reclaim.run({OutOfMemory("x", 10 * mib), 0}).freed_bytes, 16 * mib);
  governor_->remove_reclaimer(cache);
}

TEST_F(MemoryRungs, GrabCutIsSaidToWorkOnlyWhereItsMemoryIsFree) {
  use_ = {};
  governor_->sample();
  const auto advice = [&] { return describe_exhaustion(*governor_, {true, false}, OutOfMemory("x")).advice; };
  EXPECT_THAT(advice(), testing::HasSubstr("GrabCut (--model grabcut) works in the memory there is"));
  const auto taken = host_budget_.reserve(Owner::images, host_budget_.available_bytes() - 10 * mib);
  EXPECT_THAT(advice(), testing::AllOf(testing::Not(testing::HasSubstr("works in the memory")),
                                       testing::HasSubstr("GrabCut (--model grabcut) needs less")));
}

TEST_F(MemoryRungs, WhatTheModelWasMeasuredToNeedIsSaidWithTheProgramsOwn) {
  use_ = {50 * mib, 0};
  governor_->sample();
  const auto whole = [&](std::uint64_t model_bytes) {
    return describe_exhaustion(*governor_, {true, false}, OutOfMemory("x"), model_bytes).whole_bytes;
  };
  EXPECT_EQ(whole(0), 0u) << "nobody measured it";
  EXPECT_GE(whole(200 * mib), 250 * mib);
  EXPECT_LE(whole(200 * mib), 300 * mib);
}

}  // namespace
}  // namespace sam
