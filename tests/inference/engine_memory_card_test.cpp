// The same on a card, whose arena all models share.
#include "inference/engine_memory_fixture.h"

namespace sam {
namespace {

// A card of 1000 MiB, of which models may take 900.
class EngineMemoryOnACard : public EngineMemoryTest {
 protected:
  EngineMemoryOnACard() {
    options_.device = "cuda:0";
    options_.device_limit_bytes = 900 * mb;
    engines_ = make_engine_memory(worker_, {&budget_, &card_}, book_, clock_);
    arena(50, 50);
  }
  // What the arena of all models grows to next, and what it holds then.
  void arena(std::uint64_t peak_mb, std::uint64_t after_mb) {
    worker_->play.card_peak_bytes = peak_mb * mb;
    worker_->play.card_after_bytes = after_mb * mb;
  }

  Budget card_{"cuda:0", 900 * mb};
};

TEST_F(EngineMemoryOnACard, WithoutGrowthTheLimitIsReservedOnceForAllModels) {
  options_.enable_memory_growth = false;
  arena(700, 700);
  auto encoder = load();
  EXPECT_EQ(card_.reserved_bytes(), 900 * mb);
  auto decoder = load();
  run(*encoder);
  run(*decoder);
  EXPECT_EQ(card_.reserved_bytes(), 900 * mb);
  EXPECT_LE(engines_->release_memory(true), 60 * mb) << "of the host only";
  EXPECT_EQ(card_.reserved_bytes(), 900 * mb) << "the card's stays taken";
  engines_->restart();
  EXPECT_EQ(card_.reserved_bytes(), 0u);
  run(*decoder);
  EXPECT_EQ(card_.reserved_bytes(), 900 * mb);
  encoder.reset();
  EXPECT_EQ(card_.reserved_bytes(), 900 * mb);
  decoder.reset();
  EXPECT_EQ(card_.reserved_bytes(), 0u);
}

TEST_F(EngineMemoryOnACard, WithoutGrowthACardThatOthersUseIsRefused) {
  options_.enable_memory_growth = false;
  card_.set_limit(800 * mb);
  try {
    load();
    FAIL();
  } catch (const OutOfMemory& error) {
    EXPECT_EQ(error.domain(), "cuda:0");
    EXPECT_EQ(error.requested_bytes(), 100 * mb);
  }
  EXPECT_EQ(card_.reserved_bytes(), 0u);
}

TEST_F(EngineMemoryOnACard, WithGrowthTheBooksAddUpToTheArena) {
  arena(60, 50);
  const auto encoder = load();
  EXPECT_EQ(card_.reserved_bytes(), 50 * mb);
  arena(70, 60);
  const auto decoder = load();
  EXPECT_EQ(card_.reserved_bytes(), 60 * mb);
  arena(360, 360);
  run(*encoder);
  EXPECT_EQ(card_.reserved_bytes(), 360 * mb);
  run(*decoder);  // in what the encoder gave back to the arena
  EXPECT_EQ(card_.reserved_bytes(), 360 * mb);
  EXPECT_GE(engines_->release_memory(true), 290 * mb);
  EXPECT_LE(card_.reserved_bytes(), 60 * mb);
}

TEST_F(EngineMemoryOnACard, ARefusedRunLeavesTheSessionWhole) {
  const auto model = load();
  arena(300, 300);
  run(*model);
  worker_->play.fail = [] { throw OutOfMemory("the arena's limit", 5 * mb, "cuda:0"); };
  card_.set_limit(300 * mb);
  EXPECT_THROW(run(*model), OutOfMemory);
  EXPECT_EQ(card_.reserved_bytes(), 300 * mb) << "it holds what it held";
}

}  // namespace
}  // namespace sam
