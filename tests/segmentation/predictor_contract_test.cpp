// What every Predictor promises (segmentation/predictor.h), whatever it is made of.
#include <gmock/gmock.h>

#include <filesystem>
#include <limits>
#include <thread>

#include "pictures.h"
#include "segmentation/predictor.h"
#include "segmentation/registry.h"

namespace sam {
namespace {

struct Variant {
  const char* name;
  const char* encoder;  // of tests/data/models, or a whole path; null: the family has no files
  const char* decoder;
};

void PrintTo(const Variant& variant, std::ostream* out) {
  *out << variant.name;
}

std::unique_ptr<Predictor> make(const Variant& variant) {
  if (variant.encoder == nullptr) return make_grabcut_predictor();
  const std::filesystem::path folder = std::filesystem::path(SAM_TEST_DATA) / "models";
  return make_sam_predictor(folder / variant.encoder, folder / variant.decoder, [](const std::filesystem::path& file) {
    ModelOptions options;
    options.file = file;
    options.threads = 1;
    return load_openvino_model(options);
  });
}

class PredictorContract : public testing::TestWithParam<Variant> {
 protected:
  static constexpr Size size = {320, 200};
  static constexpr Box object = {90, 40, 210, 150};

  PredictorContract() : predictor_(make(GetParam())) {}

  Embedding encode(Size picture_size = size) {
    return predictor_->encode(picture_of_box(size, object), picture_size, {});
  }
  static Prompt box(Box box = {85, 36, 215, 154}) {
    Prompt prompt;
    prompt.boxes = {box};
    return prompt;
  }
  static Prompt point(Point position = {150, 95}) {
    Prompt prompt;
    prompt.points = {{position, true}};
    return prompt;
  }
  static Mask truth(Size picture_size = size) {
    std::vector<std::uint8_t> bits;
    for (int y = 0; y < picture_size.height; ++y) {
      for (int x = 0; x < picture_size.width; ++x) {
        const Point at = {(x + 0.5) * size.width / picture_size.width, (y + 0.5) * size.height / picture_size.height};
        bits.push_back(at.x >= object.x0 && at.x < object.x1 && at.y >= object.y0 && at.y < object.y1 ? 255 : 0);
      }
    }
    return mask_from_bits(bits, picture_size);
  }

  void check(const std::vector<Instance>& instances, Size picture_size = size) {
    float previous = 1;
    for (const Instance& instance : instances) {
      EXPECT_EQ(instance.mask.size, picture_size);
      std::uint64_t sum = 0;
      for (const std::uint32_t run : instance.mask.runs) sum += run;
      EXPECT_EQ(sum, static_cast<std::uint64_t>(picture_size.width) * picture_size.height);
      EXPECT_GE(instance.score, 0);
      EXPECT_LE(instance.score, previous);
      previous = instance.score;
      if (predictor_->info().takes_mask_input) {
        ASSERT_NE(instance.logits, nullptr);
        EXPECT_FALSE(instance.logits->key.empty());
        EXPECT_EQ(instance.logits->values.size(),
                  static_cast<std::size_t>(instance.logits->size.width) * instance.logits->size.height);
      }
    }
  }

  std::unique_ptr<Predictor> predictor_;
};

TEST_P(PredictorContract, DescribesItself) {
  EXPECT_FALSE(predictor_->info().family.empty());
  EXPECT_FALSE(predictor_->info().describe.empty());
  EXPECT_EQ(make(GetParam())->info().key, predictor_->info().key);
  EXPECT_GE(predictor_->info().max_candidates, 1);
}

TEST_P(PredictorContract, AnEmbeddingKnowsItsMakerAndSizes) {
  const Embedding embedding = encode({640, 400});
  EXPECT_EQ(embedding.predictor_key, predictor_->info().key);
  EXPECT_EQ(embedding.picture_size, (Size{640, 400}));
  EXPECT_EQ(embedding.working_size, size);
  EXPECT_GT(embedding.byte_size(), 1000U);
}

TEST_P(PredictorContract, ABoxGivesItsObject) {
  const std::vector<Instance> instances = predictor_->decode(encode(), box(), {});
  ASSERT_EQ(instances.size(), 1U);
  check(instances);
  EXPECT_GT(mask_iou(instances[0].mask, truth()), 0.8);
}

TEST_P(PredictorContract, APointGivesARegionAroundIt) {
  const std::vector<Instance> instances = predictor_->decode(encode(), point(), {});
  ASSERT_EQ(instances.size(), 1U);
  check(instances);
  EXPECT_GT(mask_iou(instances[0].mask, truth()), 0.5);
}

TEST_P(PredictorContract, ABoxAndPointsTogether) {
  Prompt prompt = box();
  prompt.points = {{{150, 95}, true}, {{100, 50}, false}};
  const std::vector<Instance> instances = predictor_->decode(encode(), prompt, {});
  ASSERT_EQ(instances.size(), 1U);
  check(instances);
  EXPECT_GT(mask_area(instances[0].mask), 0U);
}

TEST_P(PredictorContract, MultimaskGivesTheCandidatesBestFirst) {
  Prompt prompt = point();
  prompt.multimask = true;
  const std::vector<Instance> instances = predictor_->decode(encode(), prompt, {});
  EXPECT_EQ(instances.size(), static_cast<std::size_t>(predictor_->info().max_candidates));
  check(instances);
}

TEST_P(PredictorContract, MasksHaveThePicturesSizeWhenAReducedOneWasEncoded) {
  const Size full = {960, 600};
  const std::vector<Instance> instances = predictor_->decode(encode(full), box({255, 108, 645, 462}), {});
  ASSERT_EQ(instances.size(), 1U);
  check(instances, full);
  EXPECT_GT(mask_iou(instances[0].mask, truth(full)), 0.8);
}

TEST_P(PredictorContract, SameQuestionSameAnswer) {
  const Embedding embedding = encode();
  const std::vector<Instance> first = predictor_->decode(embedding, box(), {});
  const std::vector<Instance> other = predictor_->decode(embedding, point(), {});
  const std::vector<Instance> again = predictor_->decode(embedding, box(), {});
  EXPECT_EQ(first[0].mask, again[0].mask);
  EXPECT_EQ(first[0].score, again[0].score);
}

TEST_P(PredictorContract, APreviousAnswerIsTakenBackWherePossible) {
  if (!predictor_->info().takes_mask_input) return;
  const Embedding embedding = encode();
  const std::vector<Instance> first = predictor_->decode(embedding, box(), {});
  Prompt refined = point();
  refined.mask_input = first[0].logits;
  const std::vector<Instance> second = predictor_->decode(embedding, refined, {});
  check(second);
  EXPECT_NE(second[0].logits->key, predictor_->decode(embedding, point(), {})[0].logits->key);

  Prompt alone;
  alone.mask_input = first[0].logits;
  check(predictor_->decode(embedding, alone, {}));
}

TEST_P(PredictorContract, AMaskInputOfAnotherSizeIsRefused) {
  if (!predictor_->info().takes_mask_input) return;
  const Embedding embedding = encode();
  Prompt prompt = point();
  prompt.mask_input = std::make_shared<Logits>(Logits{{3, 3}, std::vector<float>(9), "key"});
  EXPECT_THROW(predictor_->decode(embedding, prompt, {}), PromptError);
  const Size size_given = predictor_->decode(embedding, point(), {})[0].logits->size;
  prompt.mask_input = std::make_shared<Logits>(Logits{size_given, std::vector<float>(9), "key"});
  EXPECT_THROW(predictor_->decode(embedding, prompt, {}), PromptError);
}

TEST_P(PredictorContract, PromptsThatMakeNoSenseAreRefused) {
  const Embedding embedding = encode();
  EXPECT_THROW(predictor_->decode(embedding, Prompt{}, {}), PromptError);
  Prompt text;
  text.text = "a box";
  EXPECT_THROW(predictor_->decode(embedding, text, {}), PromptError);
  Prompt two = box();
  two.boxes.push_back({10, 10, 60, 60});
  EXPECT_THROW(predictor_->decode(embedding, two, {}), PromptError);
  EXPECT_THROW(predictor_->decode(embedding, box({400, 300, 500, 350}), {}), PromptError);
  EXPECT_THROW(predictor_->decode(embedding, box({10, 10, 10, 60}), {}), PromptError);
  EXPECT_THROW(predictor_->decode(embedding, point({-5, 10}), {}), PromptError);
  EXPECT_THROW(predictor_->decode(embedding, point({std::numeric_limits<double>::quiet_NaN(), 10}), {}), PromptError);
}

TEST_P(PredictorContract, TinyAndThinPicturesWork) {
  for (const Size tiny : {Size{1, 1}, Size{2, 300}, Size{300, 2}}) {
    const Embedding embedding = predictor_->encode(picture_of_box(tiny, {0, 0, 1, 1}), tiny, {});
    const double width = tiny.width;
    const double height = tiny.height;
    check(predictor_->decode(embedding, box({0, 0, width, height}), {}), tiny);
    check(predictor_->decode(embedding, point({width / 2, height / 2}), {}), tiny);
  }
}

TEST_P(PredictorContract, StopsWhenAsked) {
  std::stop_source source;
  source.request_stop();
  EXPECT_THROW(predictor_->encode(picture_of_box(size, object), size, source.get_token()), Stopped);
  EXPECT_THROW(predictor_->decode(encode(), box(), source.get_token()), Stopped);
}

TEST_P(PredictorContract, EncodesAndDecodesAtOnce) {
  const Embedding embedding = encode();
  const Mask expected = predictor_->decode(embedding, box(), {})[0].mask;
  std::jthread encoder([&] {
    for (int i = 0; i < 3; ++i) encode();
  });
  for (int i = 0; i < 5; ++i) EXPECT_EQ(predictor_->decode(embedding, box(), {})[0].mask, expected);
}

TEST_P(PredictorContract, WorksAfterGivingMemoryBack) {
  const Embedding embedding = encode();
  const Mask expected = predictor_->decode(embedding, box(), {})[0].mask;
  predictor_->release_memory();
  EXPECT_EQ(predictor_->decode(embedding, box(), {})[0].mask, expected);
  EXPECT_EQ(predictor_->decode(encode(), box(), {})[0].mask, expected);
}

INSTANTIATE_TEST_SUITE_P(All, PredictorContract,
                         testing::Values(Variant{"Sam1Hwc", "sam1_hwc.encoder.onnx", "sam1_four.decoder.onnx"},
                                         Variant{"Sam1Nchw", "sam1_nchw.encoder.onnx", "sam1_four.decoder.onnx"},
                                         Variant{"Sam1OneMask", "sam1_hwc.encoder.onnx", "sam1_one.decoder.onnx"},
                                         Variant{"Sam1Of512", "sam1_512.encoder.onnx", "sam1_512.decoder.onnx"},
                                         Variant{"Sam2", "sam2.encoder.onnx", "sam2.decoder.onnx"},
                                         Variant{"BuiltIn", SAM_MODELS "/builtin.encoder.onnx",
                                                 SAM_MODELS "/builtin.decoder.onnx"},
                                         Variant{"GrabCut", nullptr, nullptr}),
                         [](const testing::TestParamInfo<Variant>& variant) { return variant.param.name; });

}  // namespace
}  // namespace sam
