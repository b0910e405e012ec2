// What the SAM families do beyond the contract, with networks that are a few lines: which mask is chosen, and what reaches the graph.
#include <gmock/gmock.h>

#include <map>

#include "image/antialiased_reducer.h"
#include "pictures.h"
#include "segmentation/registry.h"

namespace sam {
namespace {

using testing::ElementsAre;

constexpr ElementType f32 = ElementType::f32;

// A SAM1 pair whose networks remember what they were given and answer with fixed masks.
class FakeSam1 : public testing::Test {
 protected:
  ModelDescription encoder_ = {{{"in", f32, {-1, -1, 3}}}, {{"out", f32, {1, 4, 2, 2}}}, "e", "Fake"};
  ModelDescription decoder_ = {
      {{"image_embeddings", f32, {1, 4, 2, 2}},
       {"point_coords", f32, {1, -1, 2}},
       {"point_labels", f32, {1, -1}},
       {"mask_input", f32, {1, 1, 8, 8}},
       {"has_mask_input", f32, {1}},
       {"orig_im_size", f32, {2}}},
      {{"masks", f32, {-1, -1, -1, -1}}, {"iou_predictions", f32, {-1, -1}}, {"low_res_masks", f32, {-1, -1, 8, 8}}},
      "d",
      "Fake"};
  std::vector<float> scores_ = {0.1F, 0.7F, 0.9F, 0.8F};
  Tensor picture_;                        // what the encoder saw
  std::map<std::string, Tensor> prompt_;  // what the decoder saw

  std::unique_ptr<Predictor> make() {
    return make_sam_predictor("e", "d", [this](const std::filesystem::path& file) -> std::unique_ptr<Model> {
      if (file == "e") {
        return std::make_unique<FakeModel>(encoder_, [this](std::span<const Tensor> inputs) {
          picture_ = inputs[0];
          return std::vector<Tensor>{make_heap_tensor("out", f32, {1, 4, 2, 2})};
        });
      }
      return std::make_unique<FakeModel>(decoder_, [this](std::span<const Tensor> inputs) { return answer(inputs); });
    });
  }

  // Mask i is foreground in its first i + 1 columns.
  std::vector<Tensor> answer(std::span<const Tensor> inputs) {
    for (const Tensor& input : inputs) prompt_[input.name] = input;
    const auto masks = static_cast<std::int64_t>(scores_.size());
    const Tensor scores = make_heap_tensor("iou_predictions", f32, {1, masks});
    std::copy(scores_.begin(), scores_.end(), scores.values<float>().begin());
    const std::int64_t height = static_cast<std::int64_t>(prompt_.at("orig_im_size").values<float>()[0]);
    const std::int64_t width = static_cast<std::int64_t>(prompt_.at("orig_im_size").values<float>()[1]);
    return {scores, columns("low_res_masks", masks, 8, 8), columns("masks", masks, height, width)};
  }

  static Tensor columns(const char* name, std::int64_t masks, std::int64_t height, std::int64_t width) {
    const Tensor tensor = make_heap_tensor(name, f32, {1, masks, height, width});
    std::size_t i = 0;
    for (std::int64_t mask = 0; mask < masks; ++mask) {
      for (std::int64_t pixel = 0; pixel < height * width; ++pixel) {
        tensor.values<float>()[i++] = pixel % width <= mask ? 5.0F : -5.0F;
      }
    }
    return tensor;
  }

  static Prompt point(bool multimask = false) {
    Prompt prompt;
    prompt.points = {{{8, 4}, true}};
    prompt.multimask = multimask;
    return prompt;
  }

  std::vector<Instance> decode(const Prompt& prompt, Size size = {16, 16}) {
    const std::unique_ptr<Predictor> predictor = make();
    return predictor->decode(predictor->encode(picture_of_box(size, {0, 0, 1, 1}), size, {}), prompt, {});
  }
};

TEST_F(FakeSam1, OfFourMasksTheFirstIsTheSingleAnswer) {
  const std::vector<Instance> instances = decode(point());
  ASSERT_EQ(instances.size(), 1U);
  EXPECT_FLOAT_EQ(instances[0].score, 0.1F);
  EXPECT_EQ(mask_box(instances[0].mask), (Box{0, 0, 2, 16}));
}

TEST_F(FakeSam1, OfFourMasksTheOtherThreeAreTheCandidates) {
  const std::vector<Instance> instances = decode(point(true));
  ASSERT_EQ(instances.size(), 3U);
  EXPECT_FLOAT_EQ(instances[0].score, 0.9F);
  EXPECT_FLOAT_EQ(instances[1].score, 0.8F);
  EXPECT_FLOAT_EQ(instances[2].score, 0.7F);
  EXPECT_EQ(mask_box(instances[0].mask), (Box{0, 0, 6, 16}));
}

TEST_F(FakeSam1, OneMaskIsTheAnswerEitherWay) {
  scores_ = {0.4F};
  EXPECT_EQ(decode(point()).size(), 1U);
  EXPECT_EQ(decode(point(true)).size(), 1U);
}

TEST_F(FakeSam1, ScoresThatAreNoNumbersComeLast) {
  scores_ = {0.5F, NAN, 7.0F, -INFINITY};
  const std::vector<Instance> instances = decode(point(true));
  ASSERT_EQ(instances.size(), 3U);
  EXPECT_EQ(instances[0].score, 1);
  EXPECT_EQ(instances[1].score, 0);
  EXPECT_EQ(instances[2].score, 0);
}

TEST_F(FakeSam1, AsksForASmallMaskWhereTheLogitsAreThere) {
  decode(point(), {300, 200});
  EXPECT_THAT(prompt_.at("orig_im_size").values<float>(), ElementsAre(64, 64));
}

TEST_F(FakeSam1, WithoutLogitsTheFullSizeMaskIsTaken) {
  decoder_.outputs.pop_back();
  const std::vector<Instance> instances = decode(point(), {30, 20});
  EXPECT_THAT(prompt_.at("orig_im_size").values<float>(), ElementsAre(20, 30));
  EXPECT_EQ(mask_box(instances[0].mask), (Box{0, 0, 1, 20}));
  EXPECT_EQ(instances[0].logits, nullptr);
}

TEST_F(FakeSam1, TheLongestSideFillsTheFrame) {
  decode(point(), {64, 16});
  EXPECT_EQ(picture_.shape, (Shape{8, 32, 3}));
  EXPECT_THAT(prompt_.at("point_coords").values<float>(), ElementsAre(4, 2, 0, 0));
  EXPECT_THAT(prompt_.at("point_labels").values<float>(), ElementsAre(1, -1));
}

TEST_F(FakeSam1, AFixedPictureSizeIsFilledFromItsCorner) {
  encoder_.inputs[0] = {"in", ElementType::u8, {1, 3, 16, 32}};
  decode(point(), {64, 64});
  EXPECT_EQ(picture_.shape, (Shape{1, 3, 16, 32}));
  EXPECT_THAT(prompt_.at("point_coords").values<float>(), ElementsAre(2, 1, 0, 0));
}

TEST_F(FakeSam1, AnEncoderOfHalfTheFrameKeepsTheFramesCoordinates) {
  encoder_.inputs[0] = {"in", f32, {1, 3, 16, 16}};
  decode(point(), {64, 64});
  EXPECT_EQ(picture_.shape, (Shape{1, 3, 16, 16}));
  EXPECT_THAT(prompt_.at("point_coords").values<float>(), ElementsAre(4, 2, 0, 0));
}

TEST_F(FakeSam1, LooksAtAsMuchAsItsEncoderTakes) {
  EXPECT_EQ(make()->info().looks_at, (Size{32, 32}));  // open sides: the frame's, four times the mask input's
  encoder_.inputs[0] = {"in", ElementType::u8, {1, 3, 16, 32}};
  EXPECT_EQ(make()->info().looks_at, (Size{32, 16}));
  EXPECT_EQ(make_grabcut_predictor()->info().looks_at, (Size{0, 0}));
}

TEST_F(FakeSam1, APictureFittedBeforeItIsEncodedGivesTheSameInput) {
  for (const Size size : {Size{61, 39}, Size{39, 61}, Size{100, 33}, Size{33, 32}}) {
    const Image picture =
        make_picture(size, [](int x, int y, int c) { return (x * 37 + y * 91 + c * 53 + x * y * 7) % 256; });
    const std::unique_ptr<Predictor> predictor = make();
    predictor->encode(picture, size, {});
    const Tensor whole = picture_;
    const Image fitted = resize_antialiased(picture.view(), fitted_size(size, predictor->info().looks_at));
    predictor->encode(fitted, size, {});
    ASSERT_EQ(picture_.shape, whole.shape);
    EXPECT_TRUE(std::ranges::equal(picture_.values<float>(), whole.values<float>()));
  }
}

TEST_F(FakeSam1, ADecoderThatAnswersNonsenseIsAModelError) {
  decoder_.outputs.pop_back();
  scores_.clear();
  EXPECT_THROW(decode(point()), ModelError);
}

TEST_F(FakeSam1, AnotherPredictorsEmbeddingIsACallersMistake) {
  const std::unique_ptr<Predictor> predictor = make();
  Embedding embedding = predictor->encode(picture_of_box({16, 16}, {0, 0, 1, 1}), {16, 16}, {});
  embedding.model_key = "other";
  EXPECT_THROW(predictor->decode(embedding, point(), {}), std::invalid_argument);
}

}  // namespace
}  // namespace sam
