// What is decoded of a picture for a predictor that looks at less than all of it. coffee.jpg has 600 x 400 pixels.
#include "pipeline/pipeline_fixture.h"

namespace sam {
namespace {

class LookedAt : public PipelineFixture {
 protected:
  LookedAt() {
    with_fallback_ = true;
    remake({160, 160});
  }

  void remake(Size looks_at) {
    looks_at_ = looks_at;
    make();
    predictor_->keeps_picture = false;  // the image cache keeps it
    fallback_->keeps_picture = false;
  }
};

TEST_F(LookedAt, APredictorGetsAPictureReducedToWhatItLooksAt) {
  pipeline_->segment(b_, click(5), {});
  EXPECT_EQ(predictor_->seen_size(), (Size{160, 107}));
  remake({1024, 1024});
  pipeline_->segment(b_, click(5), {});
  EXPECT_EQ(predictor_->seen_size(), (Size{600, 400}));
  remake({});
  pipeline_->segment(b_, click(5), {});
  EXPECT_EQ(predictor_->seen_size(), (Size{600, 400}));
}

TEST_F(LookedAt, CoordinatesGoByThePictureBeforeTheReduction) {
  const SegmentResult result = pipeline_->segment(b_, click(5), {});
  EXPECT_EQ(predictor_->working_size(), (Size{600, 400}));
  EXPECT_EQ(result.instances.front().mask.size, (Size{600, 400}));
}

TEST_F(LookedAt, WhatTheUserLimitsStaysLimited) {
  pipeline_options_.limits.max_side = 300;
  remake({160, 160});
  pipeline_->segment(b_, click(5), {});
  EXPECT_EQ(predictor_->seen_size(), (Size{160, 107}));
  EXPECT_EQ(predictor_->working_size(), (Size{300, 200}));
  pipeline_options_.limits.max_side = 90;
  remake({160, 160});
  pipeline_->segment(b_, click(5), {});
  EXPECT_EQ(predictor_->seen_size(), (Size{90, 60}));
  EXPECT_EQ(predictor_->working_size(), (Size{90, 60}));
}

TEST_F(LookedAt, WhatIsKeptIsTheReducedPicture) {
  pipeline_->segment(b_, click(5), {});
  EXPECT_EQ(cache("images").bytes, 3u * 160 * 107);
  EXPECT_EQ(budget_->report().by_owner[static_cast<std::size_t>(Owner::images)], 3u * 160 * 107);
}

TEST_F(LookedAt, AnotherPredictorIsNotGivenAPictureThatWasReducedForThisOne) {
  pipeline_->segment(b_, click(5), {});
  pipeline_->choose(PredictorChoice::fallback);
  pipeline_->segment(b_, click(5), {});
  EXPECT_EQ(fallback_->seen_size(), (Size{600, 400}));
  EXPECT_EQ(fallback_->working_size(), (Size{600, 400}));
  pipeline_->clear_cache(false);
  pipeline_->segment(b_, click(6), {});  // the whole picture is kept now
  pipeline_->choose(PredictorChoice::model);
  pipeline_->segment(b_, click(6), {});
  EXPECT_EQ(predictor_->seen_size(), (Size{160, 107}));
}

TEST_F(LookedAt, ASmallPictureServesBoth) {
  remake({1024, 1024});
  pipeline_->segment(b_, click(5), {});
  pipeline_->choose(PredictorChoice::fallback);
  pipeline_->segment(b_, click(5), {});
  EXPECT_EQ(cache("images").hits, 1u);
  EXPECT_EQ(fallback_->seen_size(), (Size{600, 400}));
}

}  // namespace
}  // namespace sam
