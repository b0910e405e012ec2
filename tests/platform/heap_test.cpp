#include "platform/heap.h"

#include <errno.h>
#include <gtest/gtest.h>
#include <malloc.h>
#include <stdlib.h>

#include <barrier>
#include <cstdint>
#include <cstring>
#include <functional>
#include <new>
#include <thread>
#include <vector>

namespace sam {
namespace {

constexpr std::int64_t kStep = 64 << 10;
constexpr std::size_t kMegabyte = 1 << 20;

std::int64_t held() {
  return static_cast<std::int64_t>(heap_use().held_bytes);
}

// Counted where the sanitizers do not own malloc; there the second half of each test is the kernel's count.
class HeapTest : public testing::Test {
 protected:
  HeapTest() { count_heap(); }
  ~HeapTest() override { set_heap_limit(0); }

  void expect_counted(const std::function<void*(std::size_t)>& allocate, const std::function<void(void*)>& release) {
    for (const std::size_t size : {std::size_t{100}, kMegabyte, 40 * kMegabyte}) {
      const std::int64_t before = held();
      void* const block = allocate(size);
      ASSERT_NE(block, nullptr);
      std::memset(block, 1, size);
      const auto most = static_cast<std::int64_t>(size + size / 8) + 8192;
      if (heap_is_counted()) {
        EXPECT_GE(held() - before, static_cast<std::int64_t>(size));
        EXPECT_LE(held() - before, most);
      } else if (size > 10 * kMegabyte) {
        EXPECT_GE(held() - before, static_cast<std::int64_t>(size / 2));
      }
      release(block);
      if (heap_is_counted()) {
        EXPECT_EQ(held(), before);
      }
    }
  }
};

TEST_F(HeapTest, TrimmingSaysWhatCameBack) {
  std::vector<void*> blocks;
  for (int i = 0; i < 1000; ++i) blocks.push_back(std::memset(std::malloc(kStep), 1, kStep));
  void* const newest = blocks.back();  // the heap cannot shrink below it
  blocks.pop_back();
  for (void* block : blocks) std::free(block);
  const std::uint64_t bytes = trim_heap();
  if (heap_is_counted()) {
    EXPECT_GT(bytes, 50 * kMegabyte);
  }
  std::free(newest);
}

TEST_F(HeapTest, EveryWayToAllocateIsCountedAndGivenBack) {
  expect_counted(::malloc, ::free);
  expect_counted([](std::size_t size) { return ::calloc(size / 4 + 1, 4); }, ::free);
  expect_counted([](std::size_t size) { return ::realloc(nullptr, size); }, ::free);
  expect_counted([](std::size_t size) { return ::reallocarray(nullptr, size / 4 + 1, 4); }, ::free);
  expect_counted([](std::size_t size) { return ::memalign(64, size); }, ::free);
  expect_counted([](std::size_t size) { return ::aligned_alloc(64, (size + 63) / 64 * 64); }, ::free);
  expect_counted([](std::size_t size) { return ::valloc(size); }, ::free);
  expect_counted(
      [](std::size_t size) {
        void* block = nullptr;
        return ::posix_memalign(&block, 4096, size) == 0 ? block : nullptr;
      },
      ::free);
  expect_counted([](std::size_t size) { return ::operator new(size); }, [](void* block) { ::operator delete(block); });
}

TEST_F(HeapTest, ABlockThatGrowsAndShrinksIsCountedOnce) {
  if (!heap_is_counted()) return;
  const std::int64_t before = held();
  void* block = ::malloc(10 * kMegabyte);
  std::memset(block, 7, 10 * kMegabyte);
  block = ::realloc(block, 30 * kMegabyte);
  EXPECT_NEAR(static_cast<double>(held() - before), 30.0 * kMegabyte, 8192);
  block = ::realloc(block, 100);
  EXPECT_EQ(static_cast<const char*>(block)[99], 7);
  EXPECT_LT(held() - before, 8192);
  EXPECT_EQ(::realloc(block, 0), nullptr);
  EXPECT_EQ(held(), before);
}

TEST_F(HeapTest, ThePeakIsTheMostSinceItWasReset) {
  const std::int64_t before = held();
  ::free(::malloc(50 * kMegabyte));
  if (heap_is_counted()) {
    EXPECT_GE(static_cast<std::int64_t>(heap_use().peak_bytes), before + static_cast<std::int64_t>(50 * kMegabyte));
  }
  reset_heap_peak();
  const HeapUse now = heap_use();
  EXPECT_EQ(now.peak_bytes, now.held_bytes);
}

TEST_F(HeapTest, WhatOneThreadAllocatesAnotherGivesBack) {
  const std::int64_t before = held();
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([] {
        std::vector<void*> blocks;
        for (std::size_t i = 0; i < 20'000; ++i) {
          blocks.push_back(::malloc(i % 300));
          if (i % 3 == 0) {
            ::free(blocks[i / 2]);
            blocks[i / 2] = nullptr;
          }
        }
        std::jthread([&] {
          for (void* block : blocks) ::free(block);
          heap_use();
        }).join();
        heap_use();  // adds what this thread kept to itself
      });
    }
  }
  if (!heap_is_counted()) return;
  EXPECT_LT(std::abs(held() - before), 16 * kStep);
}

TEST_F(HeapTest, OverTheLimitLargeAllocationsFailAndSmallOnesSucceed) {
  if (!heap_is_counted()) return;
  const HeapRefusals none = heap_refusals();
  set_heap_limit(heap_use().held_bytes + 10 * kMegabyte);
  void* const fits = ::malloc(8 * kMegabyte);
  ASSERT_NE(fits, nullptr);
  EXPECT_EQ(heap_refusals().count, none.count);

  const std::int64_t before = held();
  errno = 0;
  EXPECT_EQ(::malloc(3 * kMegabyte), nullptr);
  EXPECT_EQ(errno, ENOMEM);
  EXPECT_EQ(heap_refusals().count, none.count + 1);
  EXPECT_EQ(heap_refusals().last_bytes, 3 * kMegabyte);
  EXPECT_THROW(::operator delete(::operator new(4 * kMegabyte)), std::bad_alloc);
  EXPECT_EQ(::calloc(5, kMegabyte), nullptr);
  EXPECT_EQ(::aligned_alloc(64, 6 * kMegabyte), nullptr);
  void* place = fits;
  EXPECT_EQ(::posix_memalign(&place, 64, 7 * kMegabyte), ENOMEM);
  EXPECT_EQ(heap_refusals().last_bytes, 7 * kMegabyte);
  std::memset(fits, 5, 8 * kMegabyte);
  EXPECT_EQ(::realloc(fits, 12 * kMegabyte), nullptr);
  EXPECT_EQ(static_cast<const char*>(fits)[8 * kMegabyte - 1], 5) << "the old block stays";
  EXPECT_EQ(held(), before) << "nothing is left of what was refused";

  set_heap_limit(1);
  void* const small = ::malloc(60'000);
  EXPECT_NE(small, nullptr);
  EXPECT_EQ(::malloc(66'000), nullptr);
  set_heap_limit(0);
  void* const again = ::malloc(66'000);
  EXPECT_NE(again, nullptr);
  for (void* block : {fits, small, again}) ::free(block);
}

TEST_F(HeapTest, ThreadsTogetherKeepToTheLimit) {
  if (!heap_is_counted()) return;
  const std::uint64_t limit = heap_use().held_bytes + 64 * kMegabyte;
  set_heap_limit(limit);
  reset_heap_peak();
  {
    std::barrier all_hold_one(8);  // at least once all at the same time, however few processors there are
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&all_hold_one] {
        for (int i = 0; i < 500; ++i) {
          void* const one = ::malloc(9 * kMegabyte);
          if (i == 0) all_hold_one.arrive_and_wait();
          void* const other = ::malloc(5 * kMegabyte);
          ::free(one);
          ::free(other);
        }
      });
    }
  }
  EXPECT_LE(heap_use().peak_bytes, limit + 8 * kStep);
  EXPECT_GT(heap_refusals().count, 0u);
}

TEST_F(HeapTest, AnImpossibleSizeFailsAsWithoutCounting) {
  volatile std::size_t huge = SIZE_MAX / 2 + 5;
  const std::int64_t before = held();
  if (heap_is_counted()) {
    EXPECT_EQ(::malloc(huge), nullptr);
    EXPECT_EQ(::calloc(huge, 4), nullptr);
    EXPECT_EQ(::reallocarray(nullptr, huge, 4), nullptr);
    EXPECT_EQ(held(), before);
    void* place = nullptr;
    EXPECT_EQ(::posix_memalign(&place, 3, 100), EINVAL);
  }
  EXPECT_GT(before, 0);
}

}  // namespace
}  // namespace sam
