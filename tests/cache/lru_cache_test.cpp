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
  LruCache<int> cache(30);
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
  LruCache<int> cache(30);
  cache.insert("a", value(1), 10);
  cache.insert("a", value(2), 20);
  EXPECT_EQ(*cache.find("a"), 2);
  EXPECT_EQ(cache.bytes(), 20u);
}

TEST(LruCache, KeepsOneValueThatIsLargerThanTheBudget) {
  LruCache<int> cache(30);
  cache.insert("a", value(1), 10);
  cache.insert("big", value(2), 100);
  EXPECT_FALSE(cache.contains("a"));
  EXPECT_TRUE(cache.contains("big"));
  cache.insert("b", value(3), 10);
  EXPECT_FALSE(cache.contains("big"));
}

TEST(LruCache, ValuesInHandOutliveTheirEntry) {
  LruCache<int> cache(10);
  cache.insert("a", value(7), 10);
  const auto held = cache.find("a");
  cache.clear();
  EXPECT_EQ(*held, 7);
  EXPECT_EQ(cache.bytes(), 0u);
}

TEST(LruCache, NeverExceedsItsBudget) {
  LruCache<int> cache(1000);
  std::mt19937 random(3);
  for (int i = 0; i < 2000; ++i) {
    cache.insert(std::to_string(random() % 50), value(i), random() % 300);
    ASSERT_LE(cache.bytes(), 1000u);
  }
}

TEST(LruCache, ServesManyThreads) {
  LruCache<int> cache(100);
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
