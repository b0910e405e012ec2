// The rungs themselves: after each, what the engines gave back can be had.
#include "pipeline/memory_rungs.h"

#include "memory/a_governor.h"

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

}  // namespace
}  // namespace sam
