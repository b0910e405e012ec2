// Everything mode on a pipeline whose answers are known.
#include "jobs/everything_job.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "platform/stopped.h"
#include "session/fake_pipeline.h"

namespace sam {
namespace {

constexpr Size picture_size{80, 60};

std::shared_ptr<const Logits> logits(std::vector<float> values) {
  auto made = std::make_shared<Logits>();
  made->size = {static_cast<int>(values.size()), 1};
  made->values = std::move(values);
  return made;
}

const std::shared_ptr<const Logits> sure = logits({5, 5, -5, -5});
const std::shared_ptr<const Logits> unsure = logits({5, 0.5F, -0.5F, -5});

EverythingOptions with(int points_per_side) {
  EverythingOptions options;
  options.points_per_side = points_per_side;
  return options;
}

// The same and further options: member, value, member, value, …
template <typename Value, typename... More>
EverythingOptions with(int points_per_side, Value EverythingOptions::* member, auto value, More... more) {
  EverythingOptions options;
  if constexpr (sizeof...(more) > 0) {
    options = with(points_per_side, more...);
  } else {
    options = with(points_per_side);
  }
  options.*member = value;
  return options;
}

class EverythingTest : public testing::Test {
 protected:
  EverythingTest() {
    pipeline_.set_size(picture_size);
    pipeline_.on_series = [this](const Prompt& prompt) { return answer(prompt); };
  }

  // The picture is four quarters. A point is given its quarter, something of a low score and something unsure.
  SegmentResult answer(const Prompt& prompt) {
    prompts_.push_back(prompt);
    if (after_each_) after_each_();
    const bool right = prompt.points.at(0).position.x > 40;
    const bool lower = prompt.points.at(0).position.y > 30;
    const int x = right ? 40 : 0;
    const int y = lower ? 30 : 0;
    const float score = 0.9F + (right ? 0.02F : 0) + (lower ? 0.05F : 0);
    SegmentResult result;
    result.instances = {{rectangle_mask(picture_size, x, y, x + 40, y + 30), score, sure},
                        {rectangle_mask(picture_size, 0, 0, 20, 20), 0.7F, sure},
                        {rectangle_mask(picture_size, 20, 20, 40, 40), 0.95F, unsure}};
    result.decode_ms = 2;
    return result;
  }

  EverythingResult run(const EverythingOptions& options = {}) {
    told_.clear();
    progress_.clear();
    return find_everything(
        {"a.jpg"}, pipeline_, options, clock_, stop_.get_token(),
        [&](const WorkProgress& now) { progress_.push_back(now); }, [&](const Segments& now) { told_.push_back(now); });
  }

  std::string refusal(const EverythingOptions& options) {
    try {
      run(options);
    } catch (const EverythingError& error) {
      return error.what();
    }
    return "";
  }

  FakePipeline pipeline_;
  SystemClock clock_;
  std::stop_source stop_;
  std::function<void()> after_each_;
  std::vector<Prompt> prompts_;
  std::vector<WorkProgress> progress_;
  std::vector<Segments> told_;
};

TEST_F(EverythingTest, EachObjectIsFoundOnceBestFirst) {
  const EverythingResult result = run(with(8));
  ASSERT_EQ(result.segments.size(), 4U);
  for (std::size_t i = 1; i < 4; ++i) EXPECT_GE(result.segments[i - 1]->score, result.segments[i]->score);
  EXPECT_EQ(result.segments[0]->box, (Box{40, 30, 80, 60}));
  EXPECT_EQ(result.segments[0]->area_px, 1200U);
  EXPECT_DOUBLE_EQ(result.segments[0]->stability, 1);
  EXPECT_EQ(result.points, 64U);
  EXPECT_EQ(result.low_score, 64U);
  EXPECT_EQ(result.unstable, 64U);
  EXPECT_EQ(result.same, 60U);
  EXPECT_DOUBLE_EQ(result.decode_ms, 128);
  EXPECT_GT(result.memory.bytes(), 0U);
  EXPECT_LE(result.memory.bytes(), 4 * (sizeof(Segment) + 1000));
}

TEST_F(EverythingTest, EveryPointIsAForegroundPointForSeveralMasks) {
  run(with(4));
  ASSERT_EQ(prompts_.size(), 16U);
  for (const Prompt& prompt : prompts_) {
    EXPECT_TRUE(prompt.multimask);
    ASSERT_EQ(prompt.points.size(), 1U);
    EXPECT_TRUE(prompt.points[0].foreground);
  }
}

TEST_F(EverythingTest, ProgressIsInPointsAndTheSegmentsSoFarAreTold) {
  const EverythingResult result = run(with(8));
  ASSERT_EQ(progress_.size(), 65U);
  for (std::size_t i = 0; i < progress_.size(); ++i) {
    EXPECT_EQ(progress_[i].done, i);
    EXPECT_EQ(progress_[i].total, 64U);
  }
  ASSERT_FALSE(told_.empty());
  EXPECT_EQ(told_.back(), result.segments);
}

TEST_F(EverythingTest, FiltersAreOptions) {
  EXPECT_EQ(run(with(4, &EverythingOptions::min_score, 0.6)).segments.size(), 5U);
  EXPECT_EQ(run(with(4, &EverythingOptions::min_stability, 0)).segments.size(), 5U);
  EXPECT_EQ(run(with(4, &EverythingOptions::min_area_px, 1200)).segments.size(), 4U);
  EXPECT_EQ(run(with(4, &EverythingOptions::min_area_px, 1201)).segments.size(), 0U);
  // A quarter and the small square in it: 400 of 1200.
  EXPECT_EQ(run(with(4, &EverythingOptions::min_score, 0.6, &EverythingOptions::max_iou, 0.3)).segments.size(), 4U);
}

TEST_F(EverythingTest, TheWholePictureAndTheSmallestSpecksAreLeftOut) {
  int height = 0;
  pipeline_.on_series = [&](const Prompt&) {
    SegmentResult result;
    result.instances = {{rectangle_mask({100, 200}, 0, 0, 100, height), 0.9F, sure}};
    return result;
  };
  pipeline_.set_size({100, 200});
  const auto found = [&](int rows) {
    height = rows;
    return run(with(4)).segments.size();
  };
  EXPECT_EQ(found(200), 0U);
  EXPECT_EQ(found(191), 0U);
  EXPECT_EQ(found(190), 1U);
  EXPECT_EQ(found(1), 1U);
  EXPECT_EQ(found(0), 0U);  // a point for which the model finds nothing
  pipeline_.on_series = [&](const Prompt&) {
    SegmentResult result;
    result.instances = {{rectangle_mask({100, 200}, 0, 0, height, 1), 0.9F, sure}};
    return result;
  };
  EXPECT_EQ(found(1), 0U);  // 0.01 % of 20,000 are 2
  EXPECT_EQ(found(2), 1U);
}

TEST_F(EverythingTest, StopsBetweenPoints) {
  after_each_ = [this] {
    if (prompts_.size() == 5) stop_.request_stop();
  };
  EXPECT_THROW(run(), Stopped);
  EXPECT_EQ(prompts_.size(), 5U);
  EXPECT_EQ(pipeline_.answers.reserved_bytes(), 0U);
}

TEST_F(EverythingTest, MemoryIsReservedAndTheWorstGoWhereItEnds) {
  // Every point finds another object, with 60 runs of memory and more.
  int found = 0;
  pipeline_.on_series = [&](const Prompt& prompt) {
    const auto x = static_cast<int>(prompt.points[0].position.x);
    const auto y = static_cast<int>(prompt.points[0].position.y);
    SegmentResult result;
    const float score = 0.85F + 0.0001F * static_cast<float>(++found);
    result.instances = {{rectangle_mask(picture_size, x, y, x + 1, y + 1), score, sure}};
    return result;
  };
  const EverythingOptions options = with(16, &EverythingOptions::min_area_px, 1);
  const EverythingResult all = run(options);
  ASSERT_EQ(all.segments.size(), 256U);
  EXPECT_EQ(pipeline_.answers.reserved_bytes(), all.memory.bytes());

  found = 0;
  pipeline_.answers.set_limit(all.memory.bytes() + all.memory.bytes() / 4);  // `all` holds its own still
  const EverythingResult some = run(options);
  EXPECT_LT(some.segments.size(), 70U);
  EXPECT_GT(some.segments.size(), 50U);
  EXPECT_EQ(some.segments.size() + some.dropped, 256U);
  for (std::size_t i = 0; i < some.segments.size(); ++i) EXPECT_EQ(some.segments[i]->score, all.segments[i]->score);
  EXPECT_EQ(told_.back().size(), some.segments.size());
}

TEST_F(EverythingTest, AtMostTwoThousandAreKept) {
  pipeline_.set_size({640, 640});
  pipeline_.on_series = [&](const Prompt& prompt) {
    const auto x = static_cast<int>(prompt.points[0].position.x);
    const auto y = static_cast<int>(prompt.points[0].position.y);
    SegmentResult result;
    result.instances = {{rectangle_mask({640, 640}, x, y, x + 2, y + 2), 0.9F, sure}};
    return result;
  };
  const EverythingResult result = run(with(46, &EverythingOptions::min_area_px, 1));
  EXPECT_EQ(result.segments.size(), most_segments);
  EXPECT_EQ(result.dropped, 46 * 46 - most_segments);
}

TEST_F(EverythingTest, WithoutLogitsOrWithBadOptionsItSaysWhatIsNeeded) {
  EXPECT_THAT(refusal(with(3)), testing::HasSubstr("points_per_side is 3; it must be from 4 to 64"));
  EXPECT_THAT(refusal(with(65)), testing::HasSubstr("from 4 to 64"));
  EXPECT_THAT(refusal(with(32, &EverythingOptions::min_score, 1.5)),
              testing::HasSubstr("min_score is 1.5; it must be from 0 to 1"));
  EXPECT_THAT(refusal(with(32, &EverythingOptions::max_iou, std::nan(""))), testing::HasSubstr("max_iou"));
  pipeline_.on_series = [&](const Prompt&) {
    SegmentResult result;
    result.instances = {{rectangle_mask(picture_size, 0, 0, 10, 10), 0.9F, nullptr}};
    return result;
  };
  EXPECT_THAT(refusal({}), testing::HasSubstr("needs a model"));
}

}  // namespace
}  // namespace sam
