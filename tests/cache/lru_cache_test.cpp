#include "cache/lru_cache.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace sam {
namespace {

std::shared_ptr<const int> value(int number) {
  return std::make_shared<const int>(number);
}

TEST(LruCache, DropsTheLeastRecentlyUsedFirst) {
  LruCache<int> cache({.bytes = 30});
  cache.insert("a", value(1), 10);
  cache.insert("b", value(2), 10);
  cache.insert("c", value(3), 10);
  ASSERT_TRUE(cache.find("a"));  // now b is the oldest
  cache.insert("d", value(4), 10);
  EXPECT_TRUE(cache.contains("a"));
  EXPECT_FALSE(cache.contains("b"));
  EXPECT_TRUE(cache.contains("c"));
  EXPECT_TRUE(cache.contains("d"));
  EXPECT_EQ(cache.bytes(), 30u);
}

TEST(LruCache, ReplacesWithoutCountingTwice) {
  LruCache<int> cache({.bytes = 30});
  cache.insert("a", value(1), 10);
  cache.insert("a", value(2), 20);
  EXPECT_EQ(*cache.find("a"), 2);
  EXPECT_EQ(cache.bytes(), 20u);
}

TEST(LruCache, KeepsOneValueThatIsLargerThanTheBudget) {
  LruCache<int> cache({.bytes = 30});
  cache.insert("a", value(1), 10);
  cache.insert("big", value(2), 100);
  EXPECT_FALSE(cache.contains("a"));
  EXPECT_TRUE(cache.contains("big"));
  cache.insert("b", value(3), 10);
  EXPECT_FALSE(cache.contains("big"));
}

TEST(LruCache, ValuesInHandOutliveTheirEntry) {
  LruCache<int> cache({.bytes = 10});
  cache.insert("a", value(7), 10);
  const auto held = cache.find("a");
  cache.clear();
  EXPECT_EQ(*held, 7);
  EXPECT_EQ(cache.bytes(), 0u);
}

TEST(LruCache, NeverExceedsItsBudget) {
  LruCache<int> cache({.bytes = 1000});
  std::mt19937 random(3);
  for (int i = 0; i < 2000; ++i) {
    cache.insert(std::to_string(random() % 50), value(i), random() % 300);
    ASSERT_LE(cache.bytes(), 1000u);
  }
}

TEST(LruCache, CountsEntriesToo) {
  LruCache<int> cache({.entries = 2});
  for (const char* key : {"a", "b", "c"}) cache.insert(key, value(1), 1);
  EXPECT_FALSE(cache.contains("a"));
  EXPECT_EQ(cache.statistics().entries, 2u);
  EXPECT_EQ(cache.statistics().evictions, 1u);
}

TEST(LruCache, NeverEvictsWhatIsPinned) {
  LruCache<int> cache({.bytes = 20});
  cache.pin("a");
  cache.insert("a", value(1), 15);
  cache.insert("b", value(2), 10);
  EXPECT_TRUE(cache.contains("a"));
  cache.insert("c", value(3), 10);
  EXPECT_TRUE(cache.contains("a"));
  EXPECT_FALSE(cache.contains("b"));
  EXPECT_EQ(cache.reclaim(1000, [](const std::string&, bool) { return true; }), 10u);
  EXPECT_TRUE(cache.contains("a"));
  cache.clear(true);
  EXPECT_TRUE(cache.contains("a"));
  cache.clear();
  EXPECT_FALSE(cache.contains("a"));
}

TEST(LruCache, ReclaimsTheOldestFirstAndNoMoreThanWanted) {
  LruCache<int> cache({});
  for (const char* key : {"a", "b", "c", "d"}) cache.insert(key, value(1), 10);
  cache.find("a");
  EXPECT_EQ(cache.reclaim(15, [](const std::string&, bool) { return true; }), 20u);
  EXPECT_TRUE(cache.contains("a"));
  EXPECT_FALSE(cache.contains("b"));
  EXPECT_FALSE(cache.contains("c"));
  EXPECT_TRUE(cache.contains("d"));
}

TEST(LruCache, TellsWhatWasNeverLookedAt) {
  LruCache<int> cache({});
  cache.insert("ahead", value(1), 10);
  cache.insert("seen", value(1), 10);
  cache.find("seen");
  cache.reclaim(1000, [](const std::string&, bool looked_at) { return !looked_at; });
  EXPECT_FALSE(cache.contains("ahead"));
  EXPECT_TRUE(cache.contains("seen"));
}

TEST(LruCache, AReservationLivesAsLongAsItsValue) {
  Budget budget("host", 100);
  LruCache<int> cache({});
  cache.insert("a", with_reservation(7, budget.reserve(Owner::images, 60)), 60);
  auto held = cache.find("a");
  EXPECT_EQ(cache.reclaim(60, [](const std::string&, bool) { return true; }), 0u) << "somebody still holds it";
  EXPECT_EQ(budget.reserved_bytes(), 60u);
  held.reset();
  EXPECT_EQ(budget.reserved_bytes(), 0u);
}

TEST(LruCache, ServesManyThreads) {
  LruCache<int> cache({.bytes = 100});
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&cache, t] {
      for (int i = 0; i < 500; ++i) {
        cache.insert(std::to_string(i % 20), value(t), 10);
        cache.find(std::to_string((i * 7) % 20));
      }
    });
  }
  threads.clear();
  EXPECT_LE(cache.bytes(), 100u);
}

}  // namespace
}  // namespace sam
