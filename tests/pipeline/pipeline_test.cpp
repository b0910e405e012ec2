#include "pipeline/pipeline.h"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <sstream>
#include <thread>

#include "pipeline/pipeline_fixture.h"
#include "platform/mutex.h"

namespace sam {
namespace {

using PipelineTest = PipelineFixture;

TEST_F(PipelineTest, WhatIsShownIsEncodedBeforeAnybodyClicks) {
  EXPECT_EQ(state(a_), EncodingState::none);
  pipeline_->show(a_);
  await([&] { return state(a_) == EncodingState::ready; });
  const SegmentResult result = pipeline_->segment(a_, {}, {});
  EXPECT_EQ(predictor_->encodes, 1);
  EXPECT_EQ(result.instances.size(), 1u);
}

TEST_F(PipelineTest, ComingBackDoesNotEncodeAgain) {
  pipeline_->segment(a_, click(1), {});
  pipeline_->segment(b_, click(1), {});
  pipeline_->segment(a_, click(2), {});
  pipeline_->show(a_);
  EXPECT_EQ(predictor_->encodes, 2);
  EXPECT_EQ(predictor_->decodes, 3);
}

TEST_F(PipelineTest, WhatNobodyWaitsForIsDroppedBeforeItStarts) {
  predictor_->hold();
  pipeline_->show(a_);
  await([&] { return predictor_->started_names == 1; });
  pipeline_->show(b_);  // a's encode is stopped
  pipeline_->show(c_);
  EXPECT_EQ(state(b_), EncodingState::none);
  predictor_->let_go();
  await([&] { return state(c_) == EncodingState::ready; });
  EXPECT_EQ(predictor_->encodes, 1);
  EXPECT_EQ(state(a_), EncodingState::none);
}

TEST_F(PipelineTest, ComingBackToAnEncodeThatWasGivenUpStartsItAgain) {
  predictor_->hold();
  pipeline_->show(a_);
  await([&] { return predictor_->started_names == 1; });
  pipeline_->show(b_);
  pipeline_->show(a_);
  predictor_->let_go();
  await([&] { return state(a_) == EncodingState::ready; });
  EXPECT_GE(predictor_->started_names, 2);
  EXPECT_EQ(predictor_->encodes, 1);  // the one that was given up came to nothing
  EXPECT_EQ(state(b_), EncodingState::none);
}

TEST_F(PipelineTest, APromptKeepsItsEncodeAlive) {
  predictor_->hold();
  std::size_t instances = 0;
  std::jthread prompt([&] { instances = pipeline_->segment(a_, {}, {}).instances.size(); });
  await([&] { return predictor_->started_names == 1; });
  pipeline_->show(b_);
  predictor_->let_go();
  prompt.join();
  EXPECT_EQ(instances, 1u);
}

TEST_F(PipelineTest, AStoppedPromptDoesNotWait) {
  predictor_->hold();
  std::stop_source stop;
  std::jthread stopper([&] {
    await([&] { return predictor_->started_names == 1; });
    stop.request_stop();
  });
  EXPECT_THROW(pipeline_->segment(a_, {}, stop.get_token()), Stopped);
  predictor_->let_go();
}

TEST_F(PipelineTest, WhatOnlyAStoppedPromptWantedIsNotEncoded) {
  predictor_->hold();
  const auto prompt = [this](const PicturePath& file) {
    return std::jthread(
        [this, &file](const std::stop_token& stop) { EXPECT_THROW(pipeline_->segment(file, {}, stop), Stopped); });
  };
  std::jthread running = prompt(a_);
  await([&] { return predictor_->started_names == 1; });
  std::jthread queued = prompt(b_);
  await([&] { return state(b_) == EncodingState::queued; });
  queued.request_stop();
  queued.join();
  EXPECT_EQ(state(b_), EncodingState::none);
  EXPECT_EQ(state(a_), EncodingState::running);
  running.request_stop();
  running.join();
  EXPECT_EQ(state(a_), EncodingState::none);
  predictor_->let_go();
  pipeline_->segment(c_, {}, {});  // comes after whatever was left in the lane
  EXPECT_EQ(predictor_->started_names, 2);
  EXPECT_EQ(predictor_->encodes, 1);
}

TEST_F(PipelineTest, AStoppedPromptLeavesWhatIsOnScreenRunning) {
  predictor_->hold();
  pipeline_->show(a_);
  await([&] { return predictor_->started_names == 1; });
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(pipeline_->segment(a_, {}, stop.get_token()), Stopped);
  predictor_->let_go();
  await([&] { return state(a_) == EncodingState::ready; });
  EXPECT_EQ(predictor_->started_names, 1);
}

// A stop callback may take its time (it sends to the worker process); the pipeline answers others meanwhile.
TEST_F(PipelineTest, StopsAreAskedForOutsideTheLock) {
  std::atomic<bool> answered = false;
  predictor_->on_stop = [&] {
    std::jthread other([&] { answered = pipeline_->encoding(c_).state == EncodingState::none; });
    await([&] { return answered.load(); });
    if (!answered) other.detach();  // it waits for the lock that this thread holds
  };
  predictor_->hold();
  pipeline_->show(a_);
  await([&] { return predictor_->started_names == 1; });
  pipeline_->show(b_);
  EXPECT_TRUE(answered);
  predictor_->let_go();
  await([&] { return state(b_) == EncodingState::ready; });
  predictor_->on_stop = nullptr;
}

TEST_F(PipelineTest, AReplacedFileIsAnotherPicture) {
  const PicturePath file{std::filesystem::path(testing::TempDir()) / ("replaced-" + std::to_string(getpid()) + ".jpg")};
  std::filesystem::copy_file(a_.path, file.path, std::filesystem::copy_options::overwrite_existing);
  pipeline_->show(file);
  await([&] { return state(file) == EncodingState::ready; });
  const Size before = pipeline_->segment(file, {}, {}).instances.at(0).mask.size;

  std::filesystem::copy_file(b_.path, file.path, std::filesystem::copy_options::overwrite_existing);
  EXPECT_EQ(state(file), EncodingState::none);
  EXPECT_NE(pipeline_->segment(file, {}, {}).instances.at(0).mask.size, before);
  EXPECT_EQ(predictor_->encodes, 2);
  std::filesystem::remove(file.path);
}

TEST_F(PipelineTest, AListenerThatFailsEndsNothing) {
  pipeline_->set_listener([](const PicturePath&, const EncodingStatus&) { throw std::runtime_error("out of order"); });
  pipeline_->show(a_);
  EXPECT_EQ(pipeline_->segment(a_, {}, {}).instances.size(), 1u);
  EXPECT_EQ(pipeline_->segment(b_, {}, {}).instances.size(), 1u);
  EXPECT_EQ(state(a_), EncodingState::ready);
}

TEST_F(PipelineTest, TheMemoryLinesStandBeforeAndAfterTheEncode) {
  std::ostringstream text;
  const auto before = spdlog::default_logger();
  spdlog::set_default_logger(
      std::make_shared<spdlog::logger>("", std::make_shared<spdlog::sinks::ostream_sink_mt>(text)));
  pipeline_->segment(a_, {}, {});
  pipeline_.reset();
  spdlog::set_default_logger(before);
  const std::size_t first = text.str().find("Memory before prediction");
  const std::size_t encoded = text.str().find("Encoded chelsea.jpg");
  const std::size_t last = text.str().find("Memory after prediction");
  EXPECT_LT(first, encoded) << text.str();
  EXPECT_LT(encoded, last);
  EXPECT_NE(last, std::string::npos);
}

TEST_F(PipelineTest, FailuresNobodyLooksAtAreForgotten) {
  predictor_->failing = true;
  EXPECT_THROW(pipeline_->segment(a_, {}, {}), std::runtime_error);
  EXPECT_EQ(state(a_), EncodingState::none);
}

TEST_F(PipelineTest, FailuresAreToldAndTriedAgainWhenAskedFor) {
  predictor_->failing = true;
  pipeline_->show(a_);
  EXPECT_THROW(pipeline_->segment(a_, {}, {}), std::runtime_error);
  EXPECT_EQ(state(a_), EncodingState::failed);
  EXPECT_EQ(pipeline_->encoding(a_).reason, "the encoder is out of order");
  predictor_->failing = false;
  EXPECT_EQ(pipeline_->segment(a_, {}, {}).instances.size(), 1u);
  EXPECT_EQ(state(a_), EncodingState::ready);
}

TEST_F(PipelineTest, AFileThatIsNoPictureIsAnImageError) {
  EXPECT_THROW(pipeline_->segment({SAM_SAMPLES "/classes.csv"}, {}, {}), ImageError);
}

TEST_F(PipelineTest, TheBudgetHolds) {
  options_.embedding_cache_bytes = 1;  // every embedding is larger: one is kept
  make();
  pipeline_->segment(a_, {}, {});
  const std::uint64_t one = pipeline_->embedding_bytes();
  pipeline_->segment(b_, {}, {});
  EXPECT_EQ(state(a_), EncodingState::none);
  EXPECT_EQ(state(b_), EncodingState::ready);
  EXPECT_LT(pipeline_->embedding_bytes(), one * 4);
}

TEST_F(PipelineTest, ListenersHearEveryStateInOrder) {
  Mutex mutex;
  std::vector<EncodingState> heard;
  pipeline_->set_listener([&](const PicturePath&, const EncodingStatus& status) {
    MutexLock lock(mutex);
    heard.push_back(status.state);
  });
  pipeline_->segment(a_, {}, {});
  pipeline_.reset();
  MutexLock lock(mutex);
  EXPECT_EQ(heard, (std::vector<EncodingState>{EncodingState::running, EncodingState::ready}));
}

TEST_F(PipelineTest, ClosesInTheMiddleOfAnEncode) {
  Mutex mutex;
  std::vector<EncodingState> heard;
  predictor_->hold();
  pipeline_->show(a_);
  await([&] { return predictor_->started_names == 1; });
  pipeline_->set_listener([&](const PicturePath&, const EncodingStatus& status) {
    MutexLock lock(mutex);
    heard.push_back(status.state);
  });
  pipeline_.reset();  // would wait for ever if it did not stop the encode
  MutexLock lock(mutex);
  EXPECT_EQ(heard, std::vector<EncodingState>{EncodingState::none});
}

}  // namespace
}  // namespace sam
