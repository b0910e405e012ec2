#include "segmentation/registry.h"

#include <gmock/gmock.h>

#include <map>

#include "pictures.h"

namespace sam {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr ElementType f32 = ElementType::f32;

ModelDescription sam1_encoder() {
  return {{{"input_image", f32, {-1, -1, 3}}}, {{"image_embeddings", f32, {1, 256, 64, 64}}}, "e1", "Fake 1"};
}
ModelDescription sam1_decoder() {
  return {
      {{"image_embeddings", f32, {1, 256, 64, 64}},
       {"point_coords", f32, {1, -1, 2}},
       {"point_labels", f32, {1, -1}},
       {"mask_input", f32, {1, 1, 256, 256}},
       {"has_mask_input", f32, {1}},
       {"orig_im_size", f32, {2}}},
      {{"masks", f32, {-1, -1, -1, -1}}, {"iou_predictions", f32, {-1, 4}}, {"low_res_masks", f32, {-1, 4, -1, -1}}},
      "d1",
      "Fake 1"};
}
ModelDescription sam2_encoder() {
  return {{{"image", f32, {1, 3, 1024, 1024}}},
          {{"high_res_feats_0", f32, {1, 32, 256, 256}},
           {"high_res_feats_1", f32, {1, 64, 128, 128}},
           {"image_embed", f32, {1, 256, 64, 64}}},
          "e2",
          "Fake 1"};
}
ModelDescription sam2_decoder() {
  return {{{"image_embed", f32, {1, 256, 64, 64}},
           {"high_res_feats_0", f32, {1, 32, 256, 256}},
           {"high_res_feats_1", f32, {1, 64, 128, 128}},
           {"point_coords", f32, {-1, -1, 2}},
           {"point_labels", f32, {-1, -1}},
           {"mask_input", f32, {-1, 1, 256, 256}},
           {"has_mask_input", f32, {-1}}},
          {{"masks", f32, {-1, -1, -1, -1}}, {"iou_predictions", f32, {-1, 3}}},
          "d2",
          "Fake 1"};
}

std::unique_ptr<Predictor> make(const ModelDescription& encoder, const ModelDescription& decoder) {
  const std::map<std::string, ModelDescription> files = {{"e.onnx", encoder}, {"d.onnx", decoder}};
  return make_sam_predictor("e.onnx", "d.onnx", [&](const std::filesystem::path& file) {
    return std::make_unique<FakeModel>(files.at(file.string()));
  });
}

std::string refusal(const ModelDescription& encoder, const ModelDescription& decoder) {
  try {
    make(encoder, decoder);
  } catch (const ModelError& error) {
    EXPECT_THAT(error.what(), testing::Not(HasSubstr("\n")));
    return error.what();
  }
  return "";
}

TEST(Registry, RecognisesTheFamiliesBySignature) {
  EXPECT_EQ(make(sam1_encoder(), sam1_decoder())->info().family, "sam1");
  EXPECT_EQ(make(sam2_encoder(), sam2_decoder())->info().family, "sam2");
}

OnnxGraph names_of(const ModelDescription& model) {
  OnnxGraph graph;
  for (const TensorInfo& input : model.inputs) graph.inputs.push_back(input.name);
  for (const TensorInfo& output : model.outputs) graph.outputs.push_back(output.name);
  return graph;
}

TEST(Registry, NamesAloneTellWhatWillHardlyBeTaken) {
  const OnnxGraph encoder1 = names_of(sam1_encoder()), decoder1 = names_of(sam1_decoder());
  const OnnxGraph encoder2 = names_of(sam2_encoder()), decoder2 = names_of(sam2_decoder());
  EXPECT_TRUE(has_sam_names(encoder1, decoder1));
  EXPECT_TRUE(has_sam_names(encoder2, decoder2));
  EXPECT_FALSE(has_sam_names(decoder1, encoder1));
  EXPECT_FALSE(has_sam_names(encoder1, decoder2));
  EXPECT_FALSE(has_sam_names(encoder2, decoder1));
  EXPECT_FALSE(has_sam_names(encoder1, encoder1));
  EXPECT_FALSE(has_sam_names({}, {}));
}

TEST(Registry, MasksAreNeedlessWhereThereAreLogits) {
  ModelDescription sam2 = sam2_decoder();
  EXPECT_TRUE(needless_outputs(names_of(sam2)).empty());
  sam2.outputs.push_back({"low_res_masks", f32, {-1, 3, 256, 256}});
  for (ModelDescription decoder : {sam1_decoder(), sam2}) {
    ASSERT_EQ(needless_outputs(names_of(decoder)), std::vector<std::string>{"masks"});
    std::erase_if(decoder.outputs, [](const TensorInfo& output) { return output.name == "masks"; });
    const bool is_sam1 = decoder.inputs.size() == 6;
    EXPECT_EQ(make(is_sam1 ? sam1_encoder() : sam2_encoder(), decoder)->info().family, is_sam1 ? "sam1" : "sam2");
  }
}

TEST(Registry, Sam1EncodersOfEveryExporter) {
  for (const TensorInfo& input :
       {TensorInfo{"x", f32, {1, 3, 1024, 1024}}, TensorInfo{"images", f32, {-1, 3, 512, 512}},
        TensorInfo{"input", ElementType::u8, {1, 3, 720, 1024}},
        TensorInfo{"input_image", ElementType::u8, {-1, -1, 3}}, TensorInfo{"input_image", f32, {684, 1024, 3}}}) {
    for (const char* output : {"image_embeddings", "embeddings", "output"}) {
      ModelDescription encoder = sam1_encoder();
      encoder.inputs = {input};
      encoder.outputs[0].name = output;
      EXPECT_EQ(make(encoder, sam1_decoder())->info().family, "sam1") << input.name << " " << output;
    }
  }
}

TEST(Registry, TellsHowManyCandidatesThereAre) {
  EXPECT_EQ(make(sam1_encoder(), sam1_decoder())->info().max_candidates, 3);
  ModelDescription one = sam1_decoder();
  one.outputs[1].shape = {-1, 1};
  EXPECT_EQ(make(sam1_encoder(), one)->info().max_candidates, 1);
  EXPECT_EQ(make(sam2_encoder(), sam2_decoder())->info().max_candidates, 3);
}

TEST(Registry, ATitleTakesThePlaceOfTheFamilysName) {
  const auto load = [](const std::filesystem::path& file) {
    return std::make_unique<FakeModel>(file == "e.onnx" ? sam1_encoder() : sam1_decoder());
  };
  EXPECT_EQ(make_sam_predictor("e.onnx", "d.onnx", load)->info().describe, "SAM 1 (e.onnx), Fake 1");
  const PredictorInfo titled = make_sam_predictor("e.onnx", "d.onnx", load, "Ours")->info();
  EXPECT_EQ(titled.describe, "Ours (e.onnx), Fake 1");
  EXPECT_EQ(titled.key, make_sam_predictor("e.onnx", "d.onnx", load)->info().key) << "what is kept stays good";
}

TEST(Registry, TheKeyFollowsFilesAndEngine) {
  const std::string key = make(sam1_encoder(), sam1_decoder())->info().key;
  EXPECT_EQ(make(sam1_encoder(), sam1_decoder())->info().key, key);
  ModelDescription other = sam1_encoder();
  other.hash = "e1b";
  EXPECT_NE(make(other, sam1_decoder())->info().key, key);
  other = sam1_decoder();
  other.hash = "d1b";
  EXPECT_NE(make(sam1_encoder(), other)->info().key, key);
  other = sam1_encoder();
  other.engine = "Fake 1, bf16";
  EXPECT_NE(make(other, sam1_decoder())->info().key, key);
}

TEST(Registry, SaysThatTheFilesAreSwapped) {
  EXPECT_THAT(
      refusal(sam1_decoder(), sam1_encoder()),
      AllOf(HasSubstr("swapped"), HasSubstr("e.onnx is a SAM 1 decoder"), HasSubstr("d.onnx is a SAM 1 encoder")));
  EXPECT_THAT(refusal(sam2_decoder(), sam2_encoder()), AllOf(HasSubstr("swapped"), HasSubstr("SAM 2")));
}

TEST(Registry, SaysThatTheFilesAreOfTwoKinds) {
  EXPECT_THAT(refusal(sam2_encoder(), sam1_decoder()),
              AllOf(HasSubstr("two kinds"), HasSubstr("e.onnx is a SAM 2 encoder"), HasSubstr("SAM 1 decoder")));
  EXPECT_THAT(refusal(sam1_encoder(), sam2_decoder()), HasSubstr("two kinds"));
}

TEST(Registry, RefusesTheSameRoleTwice) {
  EXPECT_THAT(refusal(sam1_encoder(), sam1_encoder()), HasSubstr("d.onnx is a SAM 1 encoder"));
  EXPECT_THAT(refusal(sam2_decoder(), sam2_decoder()), HasSubstr("e.onnx is a SAM 2 decoder"));
}

TEST(Registry, AnUnknownKindIsRefusedWithWhatWasFoundAndWhatIsKnown) {
  ModelDescription edge_sam = sam1_decoder();
  edge_sam.inputs.resize(3);
  EXPECT_THAT(refusal(sam1_encoder(), edge_sam),
              AllOf(HasSubstr("d.onnx is no kind of model known here"), HasSubstr("point_coords f32 [1,?,2]"),
                    HasSubstr("known: SAM 2"), HasSubstr("SAM 1 (encoder:")));
  const ModelDescription classifier = {{{"data", f32, {1, 3, 224, 224}}}, {{"logits", f32, {1, 1000}}}, "c", "Fake 1"};
  EXPECT_THAT(refusal(classifier, sam1_decoder()), HasSubstr("data f32 [1,3,224,224]; outputs logits f32 [1,1000]"));
  EXPECT_THAT(refusal({}, {}), HasSubstr("inputs none"));
}

TEST(Registry, AnExtraInputIsAnotherKind) {
  ModelDescription high_quality = sam1_decoder();
  high_quality.inputs.push_back({"interm_embeddings", f32, {4, 1, 64, 64, 768}});
  EXPECT_THAT(refusal(sam1_encoder(), high_quality), HasSubstr("interm_embeddings f32 [4,1,64,64,768]"));
  ModelDescription with_size = sam2_decoder();
  with_size.inputs.push_back({"orig_im_size", ElementType::i64, {2}});
  EXPECT_THAT(refusal(sam2_encoder(), with_size), HasSubstr("orig_im_size i64 [2]"));
}

TEST(Registry, RefusesADecoderThatDoesNotFitTheEncoder) {
  ModelDescription half = sam1_encoder();
  half.outputs[0].shape = {1, 256, 32, 32};
  EXPECT_THAT(refusal(half, sam1_decoder()),
              AllOf(HasSubstr("image_embeddings f32 [1,256,64,64]"), HasSubstr("image_embeddings f32 [1,256,32,32]")));
  ModelDescription narrow = sam2_encoder();
  narrow.outputs[0].shape = {1, 16, 256, 256};
  EXPECT_THAT(refusal(narrow, sam2_decoder()), HasSubstr("high_res_feats_0"));
}

TEST(Registry, RefusesAMaskInputWithoutASize) {
  ModelDescription open = sam1_decoder();
  open.inputs[3].shape = {1, 1, -1, -1};
  EXPECT_THAT(refusal(sam1_encoder(), open), HasSubstr("mask_input"));
  open.inputs[3].shape = {1, 1, 256, 128};
  EXPECT_THAT(refusal(sam1_encoder(), open), HasSubstr("128 x 256"));
}

}  // namespace
}  // namespace sam
