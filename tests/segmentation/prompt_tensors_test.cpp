#include "segmentation/sam/prompt_tensors.h"

#include <gmock/gmock.h>

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
  Prompt prompt;
  prompt.points = {{{1, 1}, true}};
  const PromptPoints points = make_prompt_points(prompt, landscape, true);
  std::vector<Tensor> tensors = make_prompt_tensors(decoder, prompt, points, {3, 2});
  ASSERT_EQ(tensors.size(), 4U);
  EXPECT_EQ(tensors[0].shape, (Shape{1, 2, 2}));
  EXPECT_EQ(tensors[1].shape, (Shape{1, 2}));
  EXPECT_EQ(tensors[2].shape, (Shape{1, 1, 2, 3}));
  EXPECT_THAT(tensors[2].values<float>(), testing::Each(0));
  EXPECT_EQ(tensors[3].values<float>()[0], 0);

  prompt.mask_input = std::make_shared<Logits>(Logits{{3, 2}, {1, 2, 3, 4, 5, 6}, "key"});
  tensors = make_prompt_tensors(decoder, prompt, points, {3, 2});
  EXPECT_THAT(tensors[2].values<float>(), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_EQ(tensors[3].values<float>()[0], 1);
}

}  // namespace
}  // namespace sam
