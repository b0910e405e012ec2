#include "memory/budget.h"

#include <gtest/gtest.h>

#include <numeric>
#include <random>
#include <thread>
#include <vector>

#include "memory/fakes.h"

namespace sam {
namespace {

std::uint64_t sum(const BudgetReport& report) {
  return std::accumulate(report.by_owner.begin(), report.by_owner.end(), std::uint64_t{0});
}

TEST(Budget, GivesUpToItsLimitAndTakesBack) {
  Budget budget("host", 100);
  {
    Reservation weights = budget.reserve(Owner::weights, 60);
    EXPECT_EQ(weights.owner(), Owner::weights);
    EXPECT_FALSE(budget.try_reserve(Owner::images, 41));
    auto images = budget.try_reserve(Owner::images, 40);
    ASSERT_TRUE(images);
    EXPECT_EQ(budget.available_bytes(), 0u);
    const BudgetReport report = budget.report();
    EXPECT_EQ(report.by_owner[static_cast<std::size_t>(Owner::weights)], 60u);
    EXPECT_EQ(report.by_owner[static_cast<std::size_t>(Owner::images)], 40u);
  }
  EXPECT_EQ(budget.reserved_bytes(), 0u);
  EXPECT_EQ(sum(budget.report()), 0u);
}

TEST(Budget, CountsWhatTheProgramHoldsWithoutReserving) {
  Budget budget("host", 100);
  budget.set_other(70);
  EXPECT_FALSE(budget.try_reserve(Owner::images, 31));
  EXPECT_TRUE(budget.try_reserve(Owner::images, 30));
  budget.set_other(200);
  EXPECT_FALSE(budget.try_reserve(Owner::images, 1));
  EXPECT_TRUE(budget.try_reserve(Owner::scratch, 0)) << "nothing is always to be had";
}

TEST(Budget, HugeRequestsDoNotWrapAround) {
  Budget budget("host", 100);
  const Reservation held = budget.reserve(Owner::images, 10);
  EXPECT_FALSE(budget.try_reserve(Owner::images, ~std::uint64_t{0}));
  EXPECT_FALSE(budget.try_reserve(Owner::images, ~std::uint64_t{0} - 9));
  EXPECT_EQ(budget.reserved_bytes(), 10u);
}

TEST(Budget, RefusalSaysDomainOwnerBytesUsedAndLimit) {
  Budget budget("cuda:0", 7 * gib);
  const Reservation held = budget.reserve(Owner::weights, 6 * gib);
  budget.set_other(512 * mib);
  try {
    budget.reserve(Owner::scratch, 2 * gib);
    FAIL();
  } catch (const OutOfMemory& error) {
    EXPECT_EQ(error.domain(), "cuda:0");
    EXPECT_EQ(error.requested_bytes(), 2 * gib);
    EXPECT_STREQ(
        error.what(),
        "2.0 GB of memory of cuda:0 for scratch are not to be had: 6.5 of 7.0 GB are in use (weights 6.0 GB, other 512 "
        "MB): choose a smaller model or --device cpu, or raise SAM_GPU_MEMORY_FRACTION");
  }
}

TEST(Budget, ALoweredLimitKeepsWhatWasGivenAndRefusesMore) {
  Budget budget("host", 100);
  Reservation held = budget.reserve(Owner::images, 80);
  budget.set_limit(50);
  EXPECT_EQ(held.bytes(), 80u);
  EXPECT_EQ(budget.available_bytes(), 0u);
  EXPECT_FALSE(budget.try_reserve(Owner::images, 1));
  held.shrink_to(20);
  EXPECT_TRUE(budget.try_reserve(Owner::images, 30));
}

TEST(Reservation, MovesGrowsShrinksAndIsCorrected) {
  Budget budget("host", 100);
  Reservation a = budget.reserve(Owner::images, 30);
  Reservation b = std::move(a);
  EXPECT_EQ(a.bytes(), 0u);  // NOLINT(bugprone-use-after-move): a moved reservation holds nothing
  EXPECT_EQ(b.bytes(), 30u);
  EXPECT_TRUE(b.try_grow_to(100));
  EXPECT_FALSE(b.try_grow_to(101));
  EXPECT_EQ(b.bytes(), 100u);
  b.correct_to(130);
  EXPECT_EQ(budget.reserved_bytes(), 130u) << "what is held is counted even over the limit";
  b.correct_to(40);
  b.shrink_to(50);
  EXPECT_EQ(b.bytes(), 40u);
  Reservation c = budget.reserve(Owner::weights, 10);
  c = std::move(b);
  EXPECT_EQ(budget.reserved_bytes(), 40u);
  c.release();
  EXPECT_EQ(budget.reserved_bytes(), 0u);
  Reservation none;
  none.correct_to(5);
  EXPECT_FALSE(none.try_grow_to(1));
  EXPECT_EQ(none.bytes(), 0u);
}

TEST(Budget, OfEightThreadsNobodyGetsMoreThanTheLimitAndAllComesBack) {
  constexpr std::uint64_t limit = 1000;
  Budget budget("host", limit);
  std::atomic<bool> over{false};
  std::vector<std::thread> threads;
  for (unsigned seed = 0; seed < 8; ++seed) {
    threads.emplace_back([&, seed] {
      std::mt19937 random(seed);
      std::vector<Reservation> mine;
      for (int i = 0; i < 4000; ++i) {
        const auto owner = static_cast<Owner>(random() % owner_count);
        if (auto reservation = budget.try_reserve(owner, random() % 200)) {
          if (budget.reserved_bytes() > limit) over = true;
          mine.push_back(std::move(*reservation));
        }
        if (mine.empty()) continue;
        Reservation& chosen = mine[random() % mine.size()];
        if (random() % 4 == 0) (void)chosen.try_grow_to(chosen.bytes() + random() % 50);
        if (random() % 4 == 0) chosen.shrink_to(chosen.bytes() / 2);
        if (random() % 2 == 0) mine.erase(mine.begin());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(over);
  EXPECT_EQ(budget.reserved_bytes(), 0u);
  for (const std::uint64_t bytes : budget.report().by_owner) EXPECT_EQ(bytes, 0u);
}

TEST(Budget, OwnersAlwaysAddUp) {
  Budget budget("host", 100'000);
  std::mt19937 random(7);
  std::vector<Reservation> held;
  for (int i = 0; i < 3000; ++i) {
    switch (random() % 4) {
      case 0:
        held.push_back(
            budget.try_reserve(static_cast<Owner>(random() % owner_count), random() % 999).value_or(Reservation()));
        break;
      case 1:
        if (!held.empty()) held[random() % held.size()].correct_to(random() % 999);
        break;
      case 2:
        if (!held.empty()) held[random() % held.size()] = std::move(held.back()), held.pop_back();
        break;
      default:
        if (!held.empty()) held.erase(held.begin());
        break;
    }
    const std::uint64_t expected =
        std::accumulate(held.begin(), held.end(), std::uint64_t{0},
                        [](std::uint64_t total, const Reservation& r) { return total + r.bytes(); });
    ASSERT_EQ(budget.reserved_bytes(), expected);
    ASSERT_EQ(sum(budget.report()), expected);
  }
}

TEST(Budget, WhatMayNeverBeTakenIsCountedOnceAndEndsWithItsOwner) {
  Budget budget("host", 100);
  {
    Speculation one(&budget);
    Speculation two(&budget);
    one.set(30);
    two.set(50);
    one.set(10);
    EXPECT_EQ(budget.speculative_bytes(), 60u);
    EXPECT_EQ(budget.reserved_bytes(), 0u);
  }
  EXPECT_EQ(budget.speculative_bytes(), 0u);
}

}  // namespace
}  // namespace sam
