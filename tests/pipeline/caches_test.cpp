// What the pipeline keeps, under which key, and when it lets go.
#include <random>

#include "memory/captured_log.h"
#include "pipeline/pipeline_fixture.h"
#include "pipeline/prediction_key.h"

namespace sam {
namespace {

using PipelineCaches = PipelineFixture;

TEST_F(PipelineCaches, TheSameQuestionIsAnsweredOnce) {
  pipeline_->segment(a_, click(5), {});
  const SegmentResult again = pipeline_->segment(a_, click(5), {});
  EXPECT_TRUE(again.from_cache);
  EXPECT_EQ(again.instances.size(), 1u);
  EXPECT_EQ(predictor_->decodes, 1);
  EXPECT_FALSE(pipeline_->segment(a_, click(6), {}).from_cache);
  EXPECT_FALSE(pipeline_->segment(b_, click(5), {}).from_cache);
}

TEST_F(PipelineCaches, APreviewAnswersLikeTheClickAndLeavesNoTrace) {
  EXPECT_TRUE(pipeline_->preview(a_, click(5), {}).instances.empty());  // nothing is encoded for it
  EXPECT_EQ(predictor_->encodes, 0);
  const SegmentResult clicked = pipeline_->segment(a_, click(5), {});
  pipeline_->segment(a_, click(6), {});
  const CacheReport before = cache("predictions");
  const int decodes = predictor_->decodes;
  const std::uint64_t reserved = budget_->reserved_bytes();
  const SegmentResult again = pipeline_->preview(a_, click(5), {});
  EXPECT_TRUE(again.from_cache);
  ASSERT_EQ(again.instances.size(), 1u);
  EXPECT_EQ(mask_to_coco_string(again.instances[0].mask), mask_to_coco_string(clicked.instances[0].mask));
  EXPECT_EQ(again.instances[0].logits, nullptr);
  for (int i = 10; i < 100; ++i) EXPECT_EQ(pipeline_->preview(a_, click(i), {}).instances.size(), 1u);
  EXPECT_EQ(predictor_->decodes, decodes + 90);
  const CacheReport after = cache("predictions");
  EXPECT_EQ(after.entries, before.entries);
  EXPECT_EQ(after.hits, before.hits);
  EXPECT_EQ(after.misses, before.misses);
  EXPECT_EQ(budget_->reserved_bytes(), reserved);
  EXPECT_TRUE(pipeline_->segment(a_, click(5), {}).from_cache);  // its logits are still there
  EXPECT_EQ(pipeline_->segment(a_, click(5), {}).instances[0].logits, clicked.instances[0].logits);
}

TEST_F(PipelineCaches, APreviewTakesMemoryFromNobody) {
  pipeline_->show(a_);
  pipeline_->segment(a_, click(5), {});
  pipeline_->segment(b_, click(5), {});
  predictor_->decode_refusals = 1;
  EXPECT_TRUE(pipeline_->preview(a_, click(7), {}).instances.empty());
  EXPECT_EQ(cache("embeddings").entries, 2u);
  EXPECT_EQ(pipeline_->recovery().operations, 0u);
  use_share(0.97);
  ASSERT_EQ(governor_->level(), MemoryLevel::critical);
  EXPECT_TRUE(pipeline_->preview(a_, click(7), {}).instances.empty());
}

TEST_F(PipelineCaches, FiftyPredictionsAreKeptByDefault) {
  for (int i = 0; i < 60; ++i) pipeline_->segment(a_, click(i), {});
  EXPECT_EQ(cache("predictions").entries, 50u);
  EXPECT_TRUE(pipeline_->segment(a_, click(59), {}).from_cache);
  EXPECT_FALSE(pipeline_->segment(a_, click(0), {}).from_cache);
}

TEST_F(PipelineCaches, NothingIsKeptFromWarningOn) {
  use_share(0.85);
  ASSERT_EQ(governor_->level(), MemoryLevel::warning);
  pipeline_->segment(a_, click(5), {});
  EXPECT_EQ(cache("predictions").entries, 0u);
  EXPECT_EQ(cache("images").entries, 0u);
  EXPECT_EQ(cache("embeddings").entries, 0u);
  EXPECT_FALSE(pipeline_->segment(a_, click(5), {}).from_cache);
}

TEST_F(PipelineCaches, WhatIsOnScreenIsKeptEvenAtWarning) {
  use_share(0.85);
  pipeline_->show(a_);
  await([&] { return state(a_) == EncodingState::ready; });
  pipeline_->segment(a_, click(5), {});
  EXPECT_EQ(predictor_->encodes, 1);
}

TEST_F(PipelineCaches, AtCriticalNewWorkFirstFreesThenRuns) {
  pipeline_->segment(a_, click(5), {});
  pipeline_->segment(b_, click(5), {});
  use_share(0.97);  // the governor's own relief is over by then
  ASSERT_EQ(governor_->level(), MemoryLevel::critical);
  FakeCache last(*budget_, ReclaimStep::predictions, Owner::predictions);
  last.keep(1000);
  int begun = -1;  // when it was asked first
  last.on_reclaim = [&] { begun = begun < 0 ? predictor_->started_names.load() : begun; };
  governor_->add_reclaimer(last);
  CapturedLog log;
  EXPECT_EQ(pipeline_->segment(c_, click(5), {}).instances.size(), 1u);
  governor_->remove_reclaimer(last);
  EXPECT_EQ(begun, 2) << "before the third encode";
  EXPECT_GE(log.count("host memory is critical: "), 1);
  EXPECT_EQ(cache("predictions").entries, 0u);
  EXPECT_EQ(budget_->report().by_owner[static_cast<std::size_t>(Owner::predictions)], 0u);
}

TEST_F(PipelineCaches, ClearCacheForgetsEverything) {
  pipeline_->show(a_);
  pipeline_->segment(a_, click(5), {});
  pipeline_->segment(b_, click(5), {});
  pipeline_->clear_cache(false);
  for (const CacheReport& report : pipeline_->caches()) EXPECT_EQ(report.entries, 0u) << report.name;
  await([&] { return budget_->reserved_bytes() == 0; });
}

TEST_F(PipelineCaches, ClearCacheKeepsTheCurrentPicture) {
  pipeline_->show(a_);
  pipeline_->segment(a_, click(5), {});
  pipeline_->segment(b_, click(5), {});
  pipeline_->clear_cache(true);
  EXPECT_EQ(state(a_), EncodingState::ready);
  EXPECT_EQ(state(b_), EncodingState::none);
  EXPECT_TRUE(pipeline_->segment(a_, click(5), {}).from_cache);
}

TEST_F(PipelineCaches, OptimizeMemoryKeepsWhatIsOnScreen) {
  pipeline_->show(a_);
  pipeline_->segment(a_, click(5), {});
  pipeline_->segment(b_, click(5), {});
  EXPECT_TRUE(pipeline_->optimize_memory(true).done);
  EXPECT_EQ(cache("predictions").entries, 1u);
  EXPECT_EQ(state(a_), EncodingState::ready);
}

TEST_F(PipelineCaches, EverythingKeptIsReservedByItsOwner) {
  pipeline_->segment(a_, click(5), {});
  pipeline_->segment(b_, click(5), {});
  const BudgetReport report = budget_->report();
  EXPECT_EQ(report.by_owner[static_cast<std::size_t>(Owner::embeddings)], cache("embeddings").bytes);
  EXPECT_EQ(report.by_owner[static_cast<std::size_t>(Owner::predictions)], cache("predictions").bytes);
  EXPECT_EQ(report.by_owner[static_cast<std::size_t>(Owner::images)], cache("images").bytes);
  EXPECT_EQ(report.by_owner[static_cast<std::size_t>(Owner::scratch)], 0u);
  pipeline_.reset();
  EXPECT_EQ(budget_->reserved_bytes(), 0u);
}

TEST_F(PipelineCaches, GetMemoryUsageIsAFraction) {
  use_share(0.5);
  EXPECT_NEAR(pipeline_->get_memory_usage(), 0.5, 1e-6);
}

TEST(PredictionKey, EveryPartThatChangesTheAnswerChangesTheKey) {
  Prompt plain{{{1, 2, 3, 4}}, {{{5, 6}, true}}, nullptr, false, false, {}};
  std::vector<Prompt> others(9, plain);
  others[0].multimask = true;
  others[1].points[0].foreground = false;
  others[2].points[0].position.x = 5.0000001;
  others[3].boxes[0].y1 = 4.5;
  others[4].mask_input = std::make_shared<Logits>(Logits{{1, 1}, {0.5F}, "a"});
  others[5].text = "cat";
  others[6].points.push_back({{7, 8}, true});
  others[7].boxes.clear();
  others[8].refine_edges = true;
  for (std::size_t i = 0; i < others.size(); ++i) {
    EXPECT_NE(prediction_key("k", plain), prediction_key("k", others[i])) << i;
  }
  EXPECT_EQ(prediction_key("k", plain), prediction_key("k", Prompt(plain)));
  EXPECT_NE(prediction_key("k", plain), prediction_key("l", plain));
}

TEST_F(PipelineCaches, WhatTheHeapKeptGoesBeforeAnyCache) {
  std::uint64_t kept = 100'000;
  engines_.trim_heap = [&] { return std::exchange(kept, 0); };
  make();
  pipeline_->segment(a_, click(5), {});
  ASSERT_GT(cache("images").entries + cache("embeddings").entries, 0u);
  const auto entries = [&] {
    return cache("images").entries + cache("embeddings").entries + cache("predictions").entries;
  };
  const auto before = entries();
  EXPECT_EQ(governor_->reclaim("host", 100'000, ReclaimStep::embeddings), 100'000u);
  EXPECT_EQ(entries(), before);
  governor_->reclaim("host", gib, ReclaimStep::embeddings);
  EXPECT_LT(entries(), before);
}

}  // namespace
}  // namespace sam
