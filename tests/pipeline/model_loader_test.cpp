// The model is loaded while the page is there already: what waits for it, what does not, and what becomes of a load that fails.
#include <gmock/gmock.h>

#include <future>

#include "inference/model.h"
#include "pipeline/pipeline_fixture.h"

namespace sam {
namespace {

using testing::HasSubstr;

class ModelLoading : public PipelineFixture {
 protected:
  ModelLoading() {
    with_fallback_ = true;
    pipeline_options_.settle = std::chrono::milliseconds(0);
    load_first_ = [this]() -> std::unique_ptr<Predictor> {
      ++loads_;
      while (held_) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      if (error_) std::rethrow_exception(error_);
      return std::make_unique<FakePredictor>("loaded");
    };
    make();
  }
  ~ModelLoading() override {
    held_ = false;
    pipeline_.reset();
  }

  LoadState load_state() const { return pipeline_->model().load.state; }
  std::future<SegmentResult> ask(const PicturePath& picture, std::stop_token stop = {}) {
    return std::async(std::launch::async,
                      [this, picture, stop] { return pipeline_->segment(picture, click(5), stop); });
  }
  static bool is_ready(const std::future<SegmentResult>& answer) {
    return answer.wait_for(std::chrono::milliseconds(50)) == std::future_status::ready;
  }

  std::atomic<bool> held_ = true;
  std::atomic<int> loads_ = 0;
  std::exception_ptr error_;  // what loading throws; set while it is held
};

TEST_F(ModelLoading, PicturesAreShownMeanwhileAndPromptsAreAnsweredWhenItIsThere) {
  EXPECT_EQ(load_state(), LoadState::unloaded);
  pipeline_->load_model();
  EXPECT_EQ(load_state(), LoadState::loading) << "at once, for the first page that asks";
  EXPECT_EQ(pipeline_->model().name, "the model");
  pipeline_->show(a_);
  EXPECT_FALSE(pipeline_->proxy(a_)->empty());
  EXPECT_EQ(state(a_), EncodingState::queued);
  EXPECT_TRUE(pipeline_->preview(a_, click(5), {}).instances.empty());
  std::future<SegmentResult> answer = ask(a_);
  EXPECT_FALSE(is_ready(answer));
  held_ = false;
  EXPECT_EQ(answer.get().predictor_key, "fake:loaded");
  EXPECT_EQ(load_state(), LoadState::loaded);
  EXPECT_EQ(pipeline_->predictor().key, "fake:loaded");
  EXPECT_EQ(loads_, 1);
}

TEST_F(ModelLoading, WhatIsPreparedAheadBeginsWhenItIsThere) {
  pipeline_->load_model();
  pipeline_->prepare({b_});
  await([&] { return loads_ == 1; });
  EXPECT_EQ(state(b_), EncodingState::none);
  held_ = false;
  await([&] { return state(b_) == EncodingState::ready; });
}

TEST_F(ModelLoading, BeginsAndEndsAreTold) {
  std::atomic<int> told = 0;
  pipeline_->set_model_listener([&] { ++told; });
  pipeline_->load_model();
  EXPECT_EQ(told, 1);
  pipeline_->load_model();
  EXPECT_EQ(told, 1) << "it is being loaded";
  held_ = false;
  await([&] { return told == 2; });
  EXPECT_EQ(load_state(), LoadState::loaded);
  pipeline_->set_model_listener({});
}

TEST_F(ModelLoading, APromptCanBeTakenBackMeanwhile) {
  pipeline_->load_model();
  std::stop_source stop;
  std::future<SegmentResult> answer = ask(a_, stop.get_token());
  EXPECT_FALSE(is_ready(answer));
  stop.request_stop();
  EXPECT_THROW(answer.get(), Stopped);
}

TEST_F(ModelLoading, TheFallbackAnswersMeanwhile) {
  pipeline_->load_model();
  pipeline_->show(a_);
  std::future<SegmentResult> waiting = ask(a_);
  EXPECT_FALSE(is_ready(waiting));
  pipeline_->choose(PredictorChoice::fallback);
  EXPECT_EQ(waiting.get().predictor_key, "fallback:1");
  pipeline_->choose(PredictorChoice::model);
  pipeline_->show(a_);
  std::future<SegmentResult> again = ask(a_);
  EXPECT_FALSE(is_ready(again));
  held_ = false;
  EXPECT_EQ(again.get().predictor_key, "fake:loaded");
}

TEST_F(ModelLoading, AFailureIsRememberedUntilTheModelIsChosenAgain) {
  pipeline_->load_model();
  pipeline_->show(a_);
  error_ = std::make_exception_ptr(ModelError("the decoder fits another encoder"));
  held_ = false;
  await([&] { return state(a_) == EncodingState::failed; });
  EXPECT_EQ(load_state(), LoadState::failed);
  EXPECT_THAT(pipeline_->model().load.reason, HasSubstr("fits another encoder"));
  EXPECT_THAT(pipeline_->encoding(a_).reason, HasSubstr("fits another encoder"));
  EXPECT_FALSE(pipeline_->encoding(a_).memory_exhausted);
  for (int i = 0; i < 3; ++i) EXPECT_THROW(pipeline_->segment(a_, click(5), {}), ModelError);
  EXPECT_EQ(loads_, 1) << "not at every click";
  pipeline_->choose(PredictorChoice::fallback);
  EXPECT_EQ(pipeline_->segment(a_, click(5), {}).predictor_key, "fallback:1");
  EXPECT_EQ(load_state(), LoadState::failed);

  error_ = nullptr;
  held_ = true;
  pipeline_->choose(PredictorChoice::model);
  EXPECT_EQ(load_state(), LoadState::loading);
  held_ = false;
  EXPECT_EQ(pipeline_->segment(a_, click(5), {}).predictor_key, "fake:loaded");
  EXPECT_EQ(loads_, 2);
}

TEST_F(ModelLoading, ChoosingTheFailedModelInUseLoadsItAgain) {
  held_ = false;
  error_ = std::make_exception_ptr(ModelError("the file is damaged"));
  pipeline_->load_model();
  await([&] { return load_state() == LoadState::failed; });
  pipeline_->choose(PredictorChoice::model);
  await([&] { return loads_ == 2 && load_state() == LoadState::failed; });
}

TEST_F(ModelLoading, WantOfMemoryIsNoFailureAndTheFirstPictureTriesAgain) {
  held_ = false;
  error_ = std::make_exception_ptr(OutOfMemory("no room for the weights", 1000));
  pipeline_->load_model();
  await([&] { return loads_ == 1 && load_state() == LoadState::unloaded; });
  EXPECT_THAT(pipeline_->model().load.reason, HasSubstr("no room"));
  error_ = nullptr;
  EXPECT_EQ(pipeline_->segment(a_, click(5), {}).predictor_key, "fake:loaded");
  EXPECT_EQ(loads_, 2);
}

TEST_F(ModelLoading, TheEndWaitsForALoadThatRunsAndForNothingElse) {
  pipeline_->load_model();
  pipeline_->show(a_);
  await([&] { return loads_ == 1; });
  auto end = std::async(std::launch::async, [this] { pipeline_.reset(); });
  EXPECT_EQ(end.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  held_ = false;
  end.get();
  EXPECT_EQ(loads_, 1);
}

TEST_F(ModelLoading, ChangingOnesMindAgainAndAgainEndsInOneAnswer) {
  pipeline_->load_model();
  pipeline_->show(a_);
  std::jthread fickle([this](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      pipeline_->choose(PredictorChoice::fallback);
      pipeline_->choose(PredictorChoice::model);
    }
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  held_ = false;
  await([&] { return load_state() == LoadState::loaded; });
  fickle = {};
  pipeline_->show(a_);
  EXPECT_EQ(pipeline_->segment(a_, click(5), {}).predictor_key, "fake:loaded");
  EXPECT_EQ(loads_, 1);
}

}  // namespace
}  // namespace sam
