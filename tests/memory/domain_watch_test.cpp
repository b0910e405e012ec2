// One domain's readings, one at a time, without a governor.
#include "memory/domain_watch.h"

#include <gtest/gtest.h>

#include "memory/fakes.h"

namespace sam {
namespace {

using Level = MemoryLevel;

class DomainWatchTest : public testing::Test {
 protected:
  DomainWatch make() const { return {{&probe_, &budget_, {}, nullptr}, options_}; }

  static DomainSample sample(std::uint64_t used, double stalled = 0) {
    DomainSample sample;
    sample.reading = reading_of(used, 16 * gib);
    sample.reading->stalled = stalled;
    sample.use = ProgramUse{};
    return sample;
  }
  static DomainWatch::Time at(int ms) { return DomainWatch::Time(std::chrono::milliseconds(1'000'000 + ms)); }

  MemoryOptions options_;  // a hold of 300 ms
  mutable FakeProbe probe_{"host", 0, 16 * gib};
  mutable Budget budget_{"host", 0};
};

TEST_F(DomainWatchTest, AWarningForStallsIsLeftHoweverLargeTheHysteresis) {
  options_.hysteresis = 0.2;  // more than the tenth at which stalls are a warning
  DomainWatch watch = make();
  for (const int ms : {0, 300}) watch.update(sample(1 * gib, 0.12), at(ms));
  EXPECT_EQ(watch.snapshot().level, Level::warning);
  watch.update(sample(1 * gib, 0.0), at(400));
  EXPECT_EQ(watch.snapshot().level, Level::normal);
}

TEST_F(DomainWatchTest, WhereWorkStallsMemoryIsAskedForAlthoughTheBytesAreFew) {
  DomainWatch watch = make();
  for (const int ms : {0, 300}) watch.update(sample(1 * gib, 0.5), at(ms));
  EXPECT_EQ(watch.snapshot().level, Level::warning);
  EXPECT_EQ(watch.excess(), watch.snapshot().limit_bytes / 32);
  EXPECT_GE(watch.excess(), 400 * mib);
  watch.update(sample(1 * gib, 0.0), at(400));
  EXPECT_EQ(watch.excess(), 0u);
}

TEST_F(DomainWatchTest, WhatCouldNotBeReadMeanwhileDidNotHold) {
  DomainWatch watch = make();
  watch.update(sample(14 * gib), at(0));
  watch.update({}, at(200));
  EXPECT_FALSE(watch.snapshot().readable);
  watch.update(sample(14 * gib), at(300));
  EXPECT_EQ(watch.snapshot().level, Level::normal) << "the hold time begins anew";
  watch.update(sample(14 * gib), at(600));
  EXPECT_EQ(watch.snapshot().level, Level::warning);
  watch.update({}, at(700));
  watch.update(sample(12'700 * mib), at(800));  // 77.5 %: within the hysteresis of a warning, if there were one
  EXPECT_EQ(watch.snapshot().level, Level::normal);
}

// The look takes a while: what is reserved changes meanwhile.
TEST_F(DomainWatchTest, WhatIsReservedOrGivenUpDuringTheLookIsNobodyElses) {
  DomainWatch watch = make();
  watch.update(sample(0), at(0));  // the budget has its limit
  DomainSample given_up = sample(2 * gib);
  given_up.use = ProgramUse{2 * gib, 1 * gib};
  {
    const Reservation images = budget_.reserve(Owner::images, 2 * gib);
    const Reservation scratch = budget_.reserve(Owner::scratch, 1 * gib);
    given_up.before = budget_.report();
  }
  watch.update(given_up, at(100));
  EXPECT_EQ(watch.snapshot().other_bytes, 0u) << "reserved when the look began";
  DomainSample taken = sample(2 * gib);
  taken.use = ProgramUse{2 * gib, 1 * gib};
  const Reservation images = budget_.reserve(Owner::images, 2 * gib);
  const Reservation scratch = budget_.reserve(Owner::scratch, 1 * gib);
  watch.update(taken, at(200));
  EXPECT_EQ(watch.snapshot().other_bytes, 0u) << "reserved when it ended";
}

TEST_F(DomainWatchTest, WhatWasOnlyPromisedToAnEngineIsNoOverCommitment) {
  DomainWatch watch = make();
  watch.update(sample(1 * gib), at(0));
  const Reservation kept = budget_.reserve(Owner::images, 2 * gib);
  const Reservation promise = budget_.reserve(Owner::scratch, budget_.available_bytes());
  Speculation speculation(&budget_);
  speculation.set(promise.bytes());
  watch.update(sample(6 * gib), at(100));  // another program took 5 GiB
  EXPECT_EQ(watch.over_commitment(), 0u);
  speculation.set(0);
  EXPECT_GE(watch.over_commitment(), 2 * gib) << "were it to be taken";
}

}  // namespace
}  // namespace sam
