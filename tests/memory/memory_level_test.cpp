#include "memory/memory_level.h"

#include <gtest/gtest.h>

#include <random>

#include "memory/fakes.h"

namespace sam {
namespace {

using std::chrono::milliseconds;
using Level = MemoryLevel;

class Levels : public testing::Test {
 protected:
  Level after(std::int64_t ms, double value) {
    clock_.advance(ms);
    return tracker_.update(value, clock_.now());
  }
  FakeClock clock_;
  MemoryOptions options_;  // 0.80, 0.95, 300 ms, 0.03
  LevelTracker tracker_{options_};
};

TEST_F(Levels, AreEnteredAfterTheHoldTime) {
  EXPECT_EQ(after(0, 0.80), Level::normal);
  EXPECT_EQ(after(299, 0.85), Level::normal);
  EXPECT_EQ(after(1, 0.80), Level::warning) << "at the threshold is over it";
  EXPECT_EQ(after(0, 0.95), Level::warning);
  EXPECT_EQ(after(300, 0.99), Level::critical);
}

TEST_F(Levels, ABreakStartsTheHoldTimeAgain) {
  EXPECT_EQ(after(0, 0.9), Level::normal);
  EXPECT_EQ(after(200, 0.79), Level::normal);
  EXPECT_EQ(after(200, 0.9), Level::normal);
  EXPECT_EQ(after(299, 0.9), Level::normal);
  EXPECT_EQ(after(1, 0.9), Level::warning);
}

TEST_F(Levels, AreLeftSomePointsBelowTheThresholdAndAtOnce) {
  after(0, 0.97);
  EXPECT_EQ(after(300, 0.97), Level::critical) << "both thresholds were passed for as long";
  EXPECT_EQ(after(100, 0.92), Level::critical);
  EXPECT_EQ(after(100, 0.919), Level::warning);
  EXPECT_EQ(after(100, 0.77), Level::warning);
  EXPECT_EQ(after(100, 0.769), Level::normal);
  after(0, 0.97);
  EXPECT_EQ(after(300, 0.97), Level::critical);
  EXPECT_EQ(after(1, 0.1), Level::normal);
}

TEST_F(Levels, NeverFlapFasterThanTheHoldTime) {
  std::mt19937 random(3);
  std::uniform_real_distribution<double> values(0.7, 1.0);
  Level before = Level::normal;
  std::array<std::int64_t, 3> left = {-10'000, -10'000, -10'000};
  std::int64_t now = 0;
  int rises = 0;
  for (int i = 0; i < 50'000; ++i) {
    const auto ms = static_cast<std::int64_t>(random() % 120);
    now += ms;
    const double value = random() % 3 == 0 ? values(random) : 0.9 + values(random) / 10;
    const Level level = after(ms, value);
    for (std::size_t each = 1; each <= 2; ++each) {
      const auto this_level = static_cast<Level>(each);
      if (before >= this_level && level < this_level) left[each] = now;
      if (before < this_level && level >= this_level) {
        ++rises;
        ASSERT_GE(now - left[each], 300);
        ASSERT_GE(value, this_level == Level::warning ? 0.80 : 0.95);
      }
    }
    before = level;
  }
  EXPECT_GT(rises, 10);
}

TEST(MemoryLevels, HaveNames) {
  EXPECT_STREQ(memory_level_name(Level::normal), "normal");
  EXPECT_STREQ(memory_level_name(Level::warning), "warning");
  EXPECT_STREQ(memory_level_name(Level::critical), "critical");
}

TEST(Utilization, IsUsedOfTotal) {
  EXPECT_DOUBLE_EQ(utilization(reading_of(2, 8)), 0.25);
  EXPECT_DOUBLE_EQ(utilization(MemoryReading{}), 0.0);
  EXPECT_DOUBLE_EQ(utilization(reading_of(9, 8)), 1.0);
}

TEST(Pressure, IsOurUseOfTheMostThatWeMayHave) {
  EXPECT_DOUBLE_EQ(pressure(4, 8, 100), 0.5) << "our limit binds";
  EXPECT_DOUBLE_EQ(pressure(4, 8, 1), 0.8) << "others left only this much";
  EXPECT_DOUBLE_EQ(pressure(4, 8, 0), 1.0);
  EXPECT_DOUBLE_EQ(pressure(0, 8, 8), 0.0);
  EXPECT_DOUBLE_EQ(pressure(0, 0, 8), 1.0) << "nothing may be had";
  EXPECT_DOUBLE_EQ(pressure(9, 8, 8), 1.0);
  EXPECT_DOUBLE_EQ(pressure(1, ~std::uint64_t{0}, ~std::uint64_t{0}), 1 / 18446744073709551616.0);
}

}  // namespace
}  // namespace sam
