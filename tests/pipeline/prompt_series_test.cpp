// Series of prompts: one encode, nothing kept, and who waits goes first.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stop_token>
#include <thread>

#include "pipeline/pipeline_fixture.h"
#include "pipeline/prompts_first.h"

namespace sam {
namespace {

class PromptSeriesTest : public PipelineFixture {};

TEST_F(PromptSeriesTest, EncodesOnceAndKeepsNoAnswer) {
  const auto series = pipeline_->begin_series(a_, {});
  EXPECT_EQ(series->picture_size(), (Size{451, 300}));
  pipeline_->segment(a_, click(7), {});
  const CacheReport before = cache("predictions");
  for (int x = 10; x < 20; ++x) EXPECT_EQ(series->answer(click(x), {}).instances.size(), 1U);
  EXPECT_EQ(predictor_->encodes, 1);
  EXPECT_EQ(predictor_->decodes, 11);
  EXPECT_EQ(cache("predictions").entries, before.entries);
  EXPECT_EQ(cache("predictions").evictions, before.evictions);
  EXPECT_EQ(cache("predictions").misses, before.misses);
  pipeline_->segment(a_, click(7), {});
  EXPECT_EQ(predictor_->decodes, 11);
}

TEST_F(PromptSeriesTest, TheEmbeddingOutlivesTheCacheAndIsCounted) {
  tensor_values_ = 100000;
  make();
  const std::uint64_t before = budget_->reserved_bytes();
  auto series = pipeline_->begin_series(a_, {});
  pipeline_->clear_cache(false);
  EXPECT_GE(budget_->reserved_bytes(), before + 400000);
  series->answer(click(10), {});
  EXPECT_EQ(predictor_->encodes, 1);
  series.reset();
  // The lane's thread may hold the embedding a moment longer, while it tells that it is ready.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (budget_->reserved_bytes() != before && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_EQ(budget_->reserved_bytes(), before);
}

TEST_F(PromptSeriesTest, StopsBeforeADecode) {
  const auto series = pipeline_->begin_series(a_, {});
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(series->answer(click(10), stop.get_token()), Stopped);
  EXPECT_EQ(predictor_->decodes, 0);
  EXPECT_THROW(pipeline_->begin_series(b_, stop.get_token()), Stopped);
}

TEST_F(PromptSeriesTest, ClimbsTheLadderWhenADecodeRunsOutOfMemory) {
  pipeline_->segment(b_, click(10), {});  // something to give back
  const auto series = pipeline_->begin_series(a_, {});
  predictor_->decode_refusals = 1;
  EXPECT_EQ(series->answer(click(10), {}).instances.size(), 1U);
  predictor_->decode_refusals = 1000;
  EXPECT_THROW(series->answer(click(11), {}), MemoryExhausted);
}

TEST_F(PromptSeriesTest, AnotherPredictorEndsIt) {
  with_fallback_ = true;
  make();
  const auto series = pipeline_->begin_series(a_, {});
  pipeline_->choose(PredictorChoice::fallback);
  try {
    series->answer(click(10), {});
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("another predictor was chosen"), std::string::npos) << error.what();
  }
}

TEST(PromptsFirst, ASeriesWaitsForAllThatSomebodyWaitsFor) {
  PromptsFirst prompts;
  std::atomic<bool> went = false;
  auto first = std::make_unique<PromptsFirst::Awaited>(prompts);
  auto second = std::make_unique<PromptsFirst::Awaited>(prompts);
  std::thread series([&] {
    prompts.wait_until_none({});
    went = true;
  });
  first.reset();
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_FALSE(went);
  second.reset();
  series.join();
  EXPECT_TRUE(went);
}

TEST(PromptsFirst, AStopEndsTheWait) {
  PromptsFirst prompts;
  const PromptsFirst::Awaited awaited(prompts);
  std::stop_source stop;
  std::thread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    stop.request_stop();
  });
  EXPECT_THROW(prompts.wait_until_none(stop.get_token()), Stopped);
  stopper.join();
}

}  // namespace
}  // namespace sam
