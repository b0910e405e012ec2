#include "jobs/embed_job.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <thread>

#include "image/decode.h"
#include "inference/model.h"
#include "session/fake_pipeline.h"

namespace sam {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using State = DiskEmbedding::State;

constexpr std::uint64_t entry_bytes = 1000;

class EmbedJobTest : public testing::Test {
 protected:
  EmbedJobTest() {
    pipeline_.on_embed = [this](const PicturePath& picture, WithoutMemory without, const std::stop_token& stop) {
      return embed(picture.path.string(), without, stop);
    };
    options_.limit_bytes = 1'000'000;
    options_.pictures_at_once = 3;
    options_.on_failure = [this](const PicturePath& picture, const std::string& reason) {
      const MutexLock lock(mutex_);
      failures_[picture.path.string()] = reason;
    };
    options_.on_too_many = [this](const EmbedProgress& progress) { left_out_at_ = progress; };
  }

  // A disk that keeps what was embedded.
  DiskEmbedding embed(const std::string& name, WithoutMemory without, const std::stop_token& stop) {
    const int beside = ++running_;
    struct Leave {
      ~Leave() { --running; }
      std::atomic<int>& running;
    } const leave{running_};
    if (on_embed) on_embed(name, without, beside, stop);
    const MutexLock lock(mutex_);
    ++asked_[name];
    return {kept_.insert(name).second ? State::written : State::kept_before, entry_bytes, 1, 2};
  }

  static std::vector<PicturePath> pictures(int count) {
    std::vector<PicturePath> all;
    for (int i = 0; i < count; ++i) all.push_back({std::to_string(i)});
    return all;
  }
  EmbedProgress run(int count, const std::stop_token& stop = {}) {
    EmbedJob job(pictures(count), pipeline_, clock_, options_);
    job.run(stop);
    return job.progress();
  }

  SystemClock clock_;
  FakePipeline pipeline_;
  EmbedOptions options_;
  std::function<void(const std::string&, WithoutMemory, int beside, const std::stop_token&)> on_embed;
  std::atomic<int> running_ = 0;
  EmbedProgress left_out_at_;
  Mutex mutex_;
  std::set<std::string> kept_ SAM_GUARDED_BY(mutex_);
  std::map<std::string, int> asked_ SAM_GUARDED_BY(mutex_);
  std::map<std::string, std::string> failures_ SAM_GUARDED_BY(mutex_);
};

TEST_F(EmbedJobTest, EveryPictureIsAskedForOnce) {
  const EmbedProgress end = run(50);
  EXPECT_EQ(end.total, 50u);
  EXPECT_EQ(end.written, 50u);
  EXPECT_EQ(end.done(), 50u);
  EXPECT_EQ(end.written_bytes, 50 * entry_bytes);
  EXPECT_EQ(end.entry_bytes, entry_bytes);
  EXPECT_GT(end.pictures_per_s(), 0);
  EXPECT_EQ(end.left_s(), 0);
  const MutexLock lock(mutex_);
  for (const auto& [name, times] : asked_) EXPECT_EQ(times, 1) << name;
}

TEST_F(EmbedJobTest, ASecondRunFindsWhatTheFirstMade) {
  run(10);
  const EmbedProgress end = run(12);
  EXPECT_EQ(end.kept_before, 10u);
  EXPECT_EQ(end.written, 2u);
}

TEST_F(EmbedJobTest, SeveralAtOnceAndTheFirstAlone) {
  std::atomic<int> most = 0;
  on_embed = [&](const std::string& name, WithoutMemory, int beside, const std::stop_token&) {
    if (name == "0") std::this_thread::sleep_for(std::chrono::milliseconds(20));
    for (int seen = most; beside > seen && !most.compare_exchange_weak(seen, beside);) {
    }
    EXPECT_TRUE(name != "0" || beside == 1);
    for (int i = 0; i < 2000 && running_ < 3 && most < 3 && name != "0"; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  };
  EXPECT_EQ(run(10).written, 10u);
  EXPECT_EQ(most, 3);
}

TEST_F(EmbedJobTest, WhatCannotBeReadIsToldAndPassedOver) {
  on_embed = [](const std::string& name, WithoutMemory, int, const std::stop_token&) {
    if (name == "0" || name == "4") throw ImageError("the file is truncated");
  };
  const EmbedProgress end = run(8);
  EXPECT_EQ(end.failed, 2u);
  EXPECT_EQ(end.written, 6u);
  const MutexLock lock(mutex_);
  EXPECT_THAT(failures_,
              ElementsAre(testing::Pair("0", "the file is truncated"), testing::Pair("4", "the file is truncated")));
}

TEST_F(EmbedJobTest, WhatFindsNoMemoryBesideOthersIsTriedAlone) {
  std::atomic<int> climbs = 0;
  on_embed = [&](const std::string& name, WithoutMemory without, int beside, const std::stop_token&) {
    if (name != "3" && name != "4") return;
    if (without == WithoutMemory::fail) {
      if (name == "3") throw OutOfMemory("pixels", 5000);
      throw std::bad_alloc();
    }
    ++climbs;
    EXPECT_EQ(beside, 1);
  };
  const EmbedProgress end = run(12);
  EXPECT_EQ(end.written, 12u);
  EXPECT_EQ(climbs, 2);
}

TEST_F(EmbedJobTest, WhatFindsNoMemoryAloneIsToldAndTheRestIsDone) {
  on_embed = [](const std::string& name, WithoutMemory without, int, const std::stop_token&) {
    if (name != "3") return;
    if (without == WithoutMemory::fail) throw OutOfMemory("pixels", 5000);
    throw MemoryExhausted("encoding 3", {});
  };
  const EmbedProgress end = run(6);
  EXPECT_EQ(end.written, 5u);
  EXPECT_EQ(end.failed, 1u);
}

TEST_F(EmbedJobTest, OnlyWhatFitsIsMadeAndThatIsSaidAfterTheFirst) {
  options_.limit_bytes = 16 * entry_bytes;
  const EmbedProgress end = run(40);
  EXPECT_EQ(end.written, 15u);
  EXPECT_EQ(end.left_out, 25u);
  EXPECT_EQ(end.done(), 40u);
  EXPECT_EQ(left_out_at_.written, 1u);
  EXPECT_EQ(left_out_at_.left_out, 25u);
  const EmbedProgress again = run(40);
  EXPECT_EQ(again.kept_before, 15u) << "what was made stays: the next run has nothing to do";
  EXPECT_EQ(again.written, 0u);
}

TEST_F(EmbedJobTest, WhatWasDoneBeforeAStopStaysDone) {
  std::stop_source stop;
  on_embed = [&](const std::string& name, WithoutMemory, int, const std::stop_token& asked) {
    if (name == "5") stop.request_stop();
    if (asked.stop_requested()) throw Stopped();
  };
  const EmbedProgress end = run(1000, stop.get_token());
  EXPECT_GE(end.written, 1u);
  EXPECT_LE(end.written, 8u);
  EXPECT_EQ(end.failed, 0u);
  on_embed = nullptr;
  EXPECT_EQ(run(1000).kept_before, end.written);
}

TEST_F(EmbedJobTest, AFolderThatTakesNoMoreAndAModelThatFailsEndIt) {
  std::atomic<int> calls = 0;
  on_embed = [&](const std::string& name, WithoutMemory, int, const std::stop_token&) {
    ++calls;
    if (name == "3") throw ModelError("encoder.onnx: no such operator");
  };
  EXPECT_THROW(run(1000), ModelError);
  EXPECT_LT(calls, 1000);
  pipeline_.on_embed = [](const PicturePath&, WithoutMemory, const std::stop_token&) {
    return DiskEmbedding{State::refused};
  };
  try {
    run(5);
    FAIL() << "nothing was kept";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("takes no more"));
  }
}

TEST_F(EmbedJobTest, LookingChangesNothing) {
  pipeline_.on_find_embedding = [](const PicturePath& picture) {
    return picture.path == "1" ? DiskEmbedding{State::kept_before, entry_bytes} : DiskEmbedding{};
  };
  EmbedJob job(pictures(5), pipeline_, clock_, options_);
  job.look({});
  EXPECT_EQ(job.progress().kept_before, 1u);
  EXPECT_EQ(job.progress().written, 4u);
  EXPECT_EQ(job.progress().entry_bytes, entry_bytes);
  const MutexLock lock(mutex_);
  EXPECT_TRUE(asked_.empty());
}

TEST_F(EmbedJobTest, NoPicturesIsNoWork) {
  EXPECT_EQ(run(0).done(), 0u);
}

}  // namespace
}  // namespace sam
