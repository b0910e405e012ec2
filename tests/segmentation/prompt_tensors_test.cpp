#include "segmentation/sam/prompt_tensors.h"

#include <gmock/gmock.h>

#include <thread>

#include "pictures.h"

namespace sam {
namespace {

using testing::ElementsAre;

const Frame landscape = longest_side_frame({2048, 1024}, {2048, 1024}, 1024, {1024, 1024});

TEST(PromptPoints, PointsThenTheBoxInFrameCoordinates) {
  Prompt prompt;
  prompt.points = {{{100, 200}, true}, {{300, 400}, false}};
  prompt.boxes = {{10, 20, 30, 40}};
  const PromptPoints points = make_prompt_points(prompt, landscape, true);
  EXPECT_THAT(points.coordinates, ElementsAre(50, 100, 150, 200, 5, 10, 15, 20));
  EXPECT_THAT(points.labels, ElementsAre(1, 0, 2, 3));
}

TEST(PromptPoints, PaddingWhereTheGraphExpectsItFromTheCaller) {
  Prompt prompt;
  prompt.points = {{{100, 200}, true}};
  EXPECT_THAT(make_prompt_points(prompt, landscape, true).labels, ElementsAre(1, -1));
  EXPECT_THAT(make_prompt_points(prompt, landscape, true).coordinates, ElementsAre(50, 100, 0, 0));
  EXPECT_THAT(make_prompt_points(prompt, landscape, false).labels, ElementsAre(1));
}

TEST(PromptPoints, AMaskAloneStillHasOnePoint) {
  EXPECT_THAT(make_prompt_points(Prompt{}, landscape, false).labels, ElementsAre(-1));
  EXPECT_THAT(make_prompt_points(Prompt{}, landscape, true).labels, ElementsAre(-1));
}

TEST(PromptPoints, SquashedFramesScaleTheSidesApart) {
  Prompt prompt;
  prompt.points = {{{1024, 512}, true}};
  EXPECT_THAT(make_prompt_points(prompt, squash_frame({2048, 1024}, 1024), false).coordinates, ElementsAre(512, 512));
}

TEST(PromptTensors, MaskInputAndItsFlag) {
  FakeModel decoder({});
  ConstantTensors constants;
  Prompt prompt;
  prompt.points = {{{1, 1}, true}};
  const PromptPoints points = make_prompt_points(prompt, landscape, true);
  std::vector<Tensor> tensors = make_prompt_tensors(decoder, constants, prompt, points, {3, 2});
  ASSERT_EQ(tensors.size(), 4U);
  EXPECT_EQ(tensors[0].shape, (Shape{1, 2, 2}));
  EXPECT_EQ(tensors[1].shape, (Shape{1, 2}));
  EXPECT_EQ(tensors[2].shape, (Shape{1, 1, 2, 3}));
  EXPECT_THAT(tensors[2].values<float>(), testing::Each(0));
  EXPECT_EQ(tensors[3].values<float>()[0], 0);

  prompt.mask_input = std::make_shared<Logits>(Logits{{3, 2}, {1, 2, 3, 4, 5, 6}, "key"});
  tensors = make_prompt_tensors(decoder, constants, prompt, points, {3, 2});
  EXPECT_THAT(tensors[2].values<float>(), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_EQ(tensors[3].values<float>()[0], 1);

  prompt.mask_input = nullptr;
  tensors = make_prompt_tensors(decoder, constants, prompt, points, {3, 2});
  EXPECT_THAT(tensors[2].values<float>(), testing::Each(0)) << "after a prompt with a mask";
  EXPECT_EQ(tensors[3].values<float>()[0], 0);
}

TEST(PromptTensors, OnlyWhatIsTheSameForEveryPromptIsShared) {
  FakeModel decoder({});
  ConstantTensors constants;
  Prompt prompt;
  prompt.points = {{{1, 1}, true}};
  const PromptPoints points = make_prompt_points(prompt, landscape, true);
  const auto make = [&] { return make_prompt_tensors(decoder, constants, prompt, points, {3, 2}); };
  const std::vector<Tensor> one = make();
  const std::vector<Tensor> other = make();
  EXPECT_NE(one[0].buffer, other[0].buffer);
  EXPECT_NE(one[1].buffer, other[1].buffer);
  EXPECT_EQ(one[2].buffer, other[2].buffer);
  EXPECT_EQ(one[3].buffer, other[3].buffer);

  prompt.mask_input = std::make_shared<Logits>(Logits{{3, 2}, {1, 2, 3, 4, 5, 6}, "key"});
  EXPECT_NE(make()[2].buffer, make()[2].buffer);

  constants.release_memory();
  EXPECT_EQ(one[2].buffer.use_count(), 2) << "the two prompts'";
}

TEST(PromptTensors, PromptsOfSeveralThreadsGetTheirOwn) {
  FakeModel decoder({});
  ConstantTensors constants;
  const auto prompts = [&](float first) {
    Prompt prompt;
    if (first > 0) prompt.mask_input = std::make_shared<Logits>(Logits{{2, 1}, {first, first}, "key"});
    const PromptPoints points = {{first, first}, {first}};
    for (int i = 0; i < 200; ++i) {
      const std::vector<Tensor> tensors = make_prompt_tensors(decoder, constants, prompt, points, {2, 1});
      EXPECT_THAT(tensors[0].values<float>(), testing::Each(first));
      EXPECT_THAT(tensors[2].values<float>(), testing::Each(first));
      EXPECT_EQ(tensors[3].values<float>()[0], first > 0 ? 1 : 0);
      if (i % 50 == 0) constants.release_memory();
    }
  };
  const std::jthread one(prompts, 0.0F);
  const std::jthread two(prompts, 0.0F);
  const std::jthread three(prompts, 5.0F);
}

}  // namespace
}  // namespace sam
