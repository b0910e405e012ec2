#include "inference/use_meter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

namespace sam {
namespace {

// A heap moved by hand.
struct FakeHeap {
  HeapUse use;

  void hold(std::uint64_t bytes) {
    use.held_bytes = bytes;
    use.peak_bytes = std::max(use.peak_bytes, bytes);
  }
  HeapMeter meter() {
    return {[this] { return use; }, [this] { use.peak_bytes = use.held_bytes; }};
  }
};

TEST(UseMeterTest, AnOperationAloneGetsItsOwnNumbers) {
  FakeHeap heap;
  heap.hold(500);
  heap.hold(100);
  UseMeter meter(heap.meter());
  const auto load = meter.begin();
  heap.hold(400);
  heap.hold(300);
  const ModelUse use = meter.end(1, load);
  EXPECT_EQ(use.host.before_bytes, 100u);
  EXPECT_EQ(use.host.peak_bytes, 400u) << "not what was held before it began";
  EXPECT_EQ(use.host.after_bytes, 300u);
  EXPECT_TRUE(use.alone);
  EXPECT_EQ(use.device.peak_bytes, 0u);
  EXPECT_EQ(meter.held_bytes(1), 200u);
  EXPECT_EQ(meter.held_bytes(2), 0u);
}

TEST(UseMeterTest, WhatAModelHoldsFollowsItsRunsAndWhatItGivesBack) {
  FakeHeap heap;
  UseMeter meter(heap.meter());
  for (const std::uint64_t held : {100u, 250u, 250u, 80u}) {
    const auto operation = meter.begin();
    heap.hold(held);
    meter.end(1, operation);
    EXPECT_EQ(meter.held_bytes(1), held);
  }
}

TEST(UseMeterTest, OverlappingOperationsAreNotAloneAndTheirPartsAddUp) {
  FakeHeap heap;
  UseMeter meter(heap.meter());
  const auto long_one = meter.begin();
  heap.hold(1000);
  const auto short_one = meter.begin();
  heap.hold(1200);
  EXPECT_FALSE(meter.end(2, short_one).alone);
  heap.hold(1100);
  const ModelUse use = meter.end(1, long_one);
  EXPECT_FALSE(use.alone) << "another began meanwhile, although it ended first";
  EXPECT_EQ(use.host.peak_bytes, 1200u);
  EXPECT_EQ(meter.held_bytes(1) + meter.held_bytes(2), 1100u);
}

TEST(UseMeterTest, AModelThatGoesTakesItsPartWithIt) {
  FakeHeap heap;
  UseMeter meter(heap.meter());
  const auto load = [&](std::uint64_t model, std::uint64_t held) {
    const auto operation = meter.begin();
    heap.hold(held);
    meter.end(model, operation);
  };
  load(1, 100);
  load(2, 400);
  const auto run = meter.begin();  // of model 1, while model 2 goes
  heap.hold(100);
  meter.forget(2);
  heap.hold(130);
  meter.end(1, run);
  EXPECT_EQ(meter.held_bytes(1), 130u);
  EXPECT_EQ(meter.held_bytes(2), 0u);
  meter.forget(3);
}

}  // namespace
}  // namespace sam
