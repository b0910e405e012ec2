// What is prepared before anybody asks, and what that never does.
#include "pipeline/pipeline_fixture.h"

namespace sam {
namespace {

using PipelineAhead = PipelineFixture;

TEST_F(PipelineAhead, PreparesWhatComesNextWhenNothingElseIsToBeDone) {
  pipeline_->show(a_);
  pipeline_->prepare({b_, c_});
  await([&] { return state(b_) == EncodingState::ready && state(c_) == EncodingState::ready; });
  EXPECT_EQ(state(a_), EncodingState::ready);
  pipeline_->segment(b_, click(1), {});
  EXPECT_EQ(predictor_->encodes, 3);
}

TEST_F(PipelineAhead, TheSettingSaysHowMany) {
  options_.pictures_ahead = 1;
  make();
  pipeline_->prepare({b_, c_});
  await([&] { return state(b_) == EncodingState::ready; });
  pipeline_->segment(a_, click(1), {});  // after it the lane is idle
  EXPECT_EQ(state(c_), EncodingState::none);
  options_.pictures_ahead = 0;
  make();
  pipeline_->prepare({b_, c_});
  pipeline_->segment(a_, click(1), {});
  EXPECT_EQ(predictor_->encodes, 1);
}

TEST_F(PipelineAhead, IsSwitchedOffAndOn) {
  predictor_->hold();
  pipeline_->prepare({b_, c_});
  await([&] { return predictor_->started_names == 1; });
  pipeline_->set_prepares_ahead(false);
  EXPECT_FALSE(pipeline_->prepares_ahead());
  predictor_->let_go();
  pipeline_->segment(a_, click(1), {});  // after it the lane is idle
  EXPECT_EQ(state(c_), EncodingState::none);
  pipeline_->prepare({c_});
  pipeline_->segment(a_, click(2), {});
  EXPECT_EQ(state(c_), EncodingState::none);
  pipeline_->set_prepares_ahead(true);  // what was to be prepared last
  await([&] { return state(c_) == EncodingState::ready; });
}

TEST_F(PipelineAhead, NothingIsPreparedFromWarningOn) {
  use_share(0.85);
  pipeline_->prepare({b_, c_});
  pipeline_->segment(a_, click(1), {});
  EXPECT_EQ(predictor_->encodes, 1);
}

TEST_F(PipelineAhead, NeverClimbsTheLadderAndNeverFailsAloud) {
  predictor_->refusals = 2;
  pipeline_->prepare({b_, picture("missing.jpg"), c_});
  await([&] { return predictor_->refusals == 0; });
  pipeline_->segment(a_, click(1), {});
  EXPECT_EQ(pipeline_->recovery().operations, 0u);
  EXPECT_EQ(state(b_), EncodingState::none);
  EXPECT_EQ(pipeline_->segment(b_, click(1), {}).instances.size(), 1u);
}

TEST_F(PipelineAhead, WhatIsShownComesBeforeWhatIsPrepared) {
  predictor_->hold();
  pipeline_->prepare({b_, c_});
  await([&] { return predictor_->started_names == 1; });
  pipeline_->show(a_);
  pipeline_->prepare({});  // b is not wanted any more: it is stopped, c is not begun
  predictor_->let_go();
  await([&] { return state(a_) == EncodingState::ready; });
  EXPECT_EQ(predictor_->encodes, 1);
  EXPECT_EQ(state(b_), EncodingState::none);
  EXPECT_EQ(state(c_), EncodingState::none);
}

TEST_F(PipelineAhead, WhoAsksForWhatIsBeingPreparedGetsThat) {
  predictor_->hold();
  pipeline_->prepare({b_});
  await([&] { return predictor_->started_names == 1; });
  std::jthread prompt([&] { EXPECT_EQ(pipeline_->segment(b_, click(1), {}).instances.size(), 1u); });
  predictor_->let_go();
  prompt.join();
  EXPECT_EQ(predictor_->encodes, 1);
}

TEST_F(PipelineAhead, OfPicturesThatGoByOnlyTheOneThatStaysIsEncoded) {
  pipeline_options_.settle = std::chrono::milliseconds(400);
  make();
  for (int round = 0; round < 10; ++round) {
    for (const PicturePath& passed : {a_, b_}) {
      pipeline_->show(passed);
      pipeline_->prepare({c_, passed});
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
  pipeline_->show(c_);
  pipeline_->prepare({});
  await([&] { return state(c_) == EncodingState::ready; });
  EXPECT_LE(predictor_->encodes, 2) << "the first, which was looked at from rest, and the last";
  EXPECT_LE(predictor_->started_names, 2);
}

TEST_F(PipelineAhead, APromptDoesNotWaitForThePictureToStandStill) {
  pipeline_options_.settle = std::chrono::hours(1);
  make();
  pipeline_->show(a_);
  pipeline_->show(b_);
  EXPECT_EQ(state(b_), EncodingState::queued);
  EXPECT_EQ(pipeline_->segment(b_, click(1), {}).instances.size(), 1u);
}

TEST_F(PipelineAhead, WhatIsKeptIsThereWithoutWaiting) {
  pipeline_options_.settle = std::chrono::hours(1);
  make();
  pipeline_->segment(b_, click(1), {});
  pipeline_->show(a_);
  pipeline_->show(b_);
  EXPECT_EQ(state(b_), EncodingState::ready);
}

TEST_F(PipelineAhead, TheEndDoesNotWaitForAPictureToStandStill) {
  pipeline_options_.settle = std::chrono::hours(1);
  make();
  pipeline_->show(a_);
  pipeline_->show(b_);
  pipeline_.reset();
}

TEST_F(PipelineAhead, WhatThePageWillShowIsMadeReadyToo) {
  EXPECT_EQ(pipeline_->find_proxy(b_), nullptr);
  pipeline_->prepare({b_});
  await([&] { return pipeline_->find_proxy(b_) != nullptr; });
  EXPECT_EQ(*pipeline_->find_proxy(b_), *pipeline_->proxy(b_));
  EXPECT_EQ(pipeline_->find_proxy(c_), nullptr);
  pipeline_->clear_cache(false);
  EXPECT_EQ(pipeline_->find_proxy(b_), nullptr);
}

TEST_F(PipelineAhead, AProxyIsMadeOnceAndCountedAsAnImage) {
  const auto first = pipeline_->proxy(a_);
  EXPECT_EQ(first->substr(0, 2), "\xff\xd8") << "JPEG";
  EXPECT_EQ(pipeline_->proxy(a_).get(), first.get());
  EXPECT_EQ(cache("images").entries, 1u);
  EXPECT_EQ(cache("images").bytes, first->size());
  EXPECT_EQ(budget_->report().by_owner[static_cast<std::size_t>(Owner::images)], first->size());
  EXPECT_THROW(pipeline_->proxy(picture("missing.jpg")), ImageError);
}

TEST_F(PipelineAhead, NoProxyIsMadeAheadFromWarningOn) {
  use_share(0.85);
  pipeline_->prepare({b_});
  std::this_thread::sleep_for(2 * pipeline_options_.settle);
  EXPECT_EQ(pipeline_->find_proxy(b_), nullptr);
  EXPECT_FALSE(pipeline_->proxy(b_)->empty()) << "what is on screen is made all the same";
}

}  // namespace
}  // namespace sam
