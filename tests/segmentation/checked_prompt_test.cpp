#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "segmentation/predictor.h"

namespace sam {
namespace {

constexpr Size picture = {100, 50};
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

Prompt with_box(Box box) {
  Prompt prompt;
  prompt.boxes = {box};
  return prompt;
}

Prompt with_point(Point point) {
  Prompt prompt;
  prompt.points = {{point, true}};
  return prompt;
}

std::string refusal(const Prompt& prompt) {
  try {
    checked_prompt(prompt, picture);
  } catch (const PromptError& error) {
    return error.what();
  }
  return "";
}

TEST(CheckedPrompt, KeepsWhatIsInside) {
  Prompt prompt = with_box({10, 5, 60.5, 45.25});
  prompt.points = {{{0, 0}, true}, {{99.9, 49.9}, false}};
  prompt.multimask = true;
  const Prompt checked = checked_prompt(prompt, picture);
  EXPECT_EQ(checked.boxes, prompt.boxes);
  EXPECT_EQ(checked.points, prompt.points);
  EXPECT_TRUE(checked.multimask);
}

TEST(CheckedPrompt, ClipsABoxThatReachesBeyondThePicture) {
  EXPECT_EQ(checked_prompt(with_box({-10, -5, 200, 20}), picture).boxes[0], (Box{0, 0, 100, 20}));
}

TEST(CheckedPrompt, TakesCornersInAnyOrder) {
  EXPECT_EQ(checked_prompt(with_box({60, 40, 10, 5}), picture).boxes[0], (Box{10, 5, 60, 40}));
}

TEST(CheckedPrompt, MovesAPointOnTheFarBorderInside) {
  const Point point = checked_prompt(with_point({100, 50}), picture).points[0].position;
  EXPECT_EQ(std::floor(point.x), 99);
  EXPECT_EQ(std::floor(point.y), 49);
}

TEST(CheckedPrompt, RefusesWhatMakesNoSense) {
  EXPECT_THAT(refusal(Prompt{}), testing::HasSubstr("empty"));
  EXPECT_THAT(refusal(with_box({10, 5, 10, 45})), testing::HasSubstr("no area"));
  EXPECT_THAT(refusal(with_box({10, 5, 60, 5})), testing::HasSubstr("no area"));
  EXPECT_THAT(refusal(with_box({110, 5, 160, 45})), testing::HasSubstr("outside the picture of 100 x 50"));
  EXPECT_THAT(refusal(with_box({100, 5, 160, 45})), testing::HasSubstr("outside"));
  EXPECT_THAT(refusal(with_point({101, 5})), testing::HasSubstr("101,5"));
  EXPECT_THAT(refusal(with_point({-0.5, 5})), testing::HasSubstr("outside"));
  Prompt two = with_box({10, 5, 60, 45});
  two.boxes.push_back({20, 5, 60, 45});
  EXPECT_THAT(refusal(two), testing::HasSubstr("2 boxes"));
}

TEST(CheckedPrompt, RefusesNumbersThatAreNotFinite) {
  for (const double bad : {nan, infinity, -infinity}) {
    for (int corner = 0; corner < 4; ++corner) {
      double values[] = {10, 5, 60, 45};
      values[corner] = bad;
      EXPECT_THAT(refusal(with_box({values[0], values[1], values[2], values[3]})), testing::HasSubstr("finite"));
    }
    EXPECT_THAT(refusal(with_point({bad, 5})), testing::HasSubstr("finite"));
    EXPECT_THAT(refusal(with_point({5, bad})), testing::HasSubstr("finite"));
  }
}

TEST(CheckedPrompt, HugeNumbersAreClippedWithoutOverflow) {
  EXPECT_EQ(checked_prompt(with_box({-1e308, -1e308, 1e308, 1e308}), picture).boxes[0], (Box{0, 0, 100, 50}));
}

TEST(CheckedPrompt, TextOrAMaskAloneIsSomething) {
  Prompt text;
  text.text = "a cat";
  EXPECT_EQ(refusal(text), "");
  Prompt mask;
  mask.mask_input = std::make_shared<Logits>();
  EXPECT_EQ(refusal(mask), "");
}

TEST(CheckedPrompt, RefusesAnEmptyPicture) {
  EXPECT_THROW(checked_prompt(with_point({0, 0}), {0, 0}), PromptError);
}

TEST(Embedding, CountsTensorsAndPixels) {
  Embedding embedding;
  const std::uint64_t empty = embedding.byte_size();
  embedding.tensors.push_back({"a", ElementType::f32, {1, 256, 64, 64}, nullptr});
  embedding.picture = Image({10, 20}, std::make_shared<std::uint8_t[]>(600));
  EXPECT_GE(embedding.byte_size(), empty + 4 * 256 * 64 * 64 + 600);
  EXPECT_LT(embedding.byte_size(), empty + 4 * 256 * 64 * 64 + 600 + 1000);
}

}  // namespace
}  // namespace sam
