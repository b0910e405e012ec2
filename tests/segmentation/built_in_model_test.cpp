// The files in models/: what they promise to every program that takes SAM's exports, not only to this one.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>

#include "inference/model.h"
#include "inference/onnx_file.h"
#include "pictures.h"
#include "segmentation/registry.h"

namespace sam {
namespace {

namespace fs = std::filesystem;

const fs::path encoder = SAM_MODELS "/builtin.encoder.onnx";
const fs::path decoder = SAM_MODELS "/builtin.decoder.onnx";

std::unique_ptr<Model> load(const fs::path& file) {
  ModelOptions options;
  options.file = file;
  options.threads = 1;
  return load_openvino_model(options);
}

// The first values; zeros behind them.
Tensor tensor_of(const char* name, Shape shape, std::initializer_list<float> values) {
  Tensor tensor = make_heap_tensor(name, ElementType::f32, std::move(shape));
  std::copy(values.begin(), values.end(), tensor.values<float>().begin());
  return tensor;
}

TEST(BuiltInModel, IsSmall) {
  EXPECT_LE(fs::file_size(encoder) + fs::file_size(decoder), 4'000'000U);
}

TEST(BuiltInModel, HasTheOfficialSignature) {
  const OnnxGraph graph = read_onnx_graph(decoder);
  EXPECT_THAT(graph.inputs, testing::UnorderedElementsAre("image_embeddings", "point_coords", "point_labels",
                                                          "mask_input", "has_mask_input", "orig_im_size"));
  EXPECT_THAT(graph.outputs, testing::UnorderedElementsAre("masks", "iou_predictions", "low_res_masks"));
}

// Other programs take `masks`, this one enlarges low_res_masks itself: both must say the same.
TEST(BuiltInModel, TheMasksItEnlargesAreThoseThisProgramMakes) {
  constexpr Size size{320, 200};
  const Box object{90, 40, 210, 150};
  const auto predictor = make_sam_predictor(encoder, decoder, load);
  const Embedding embedding = predictor->encode(picture_of_box(size, object), size, {});
  Prompt prompt;
  prompt.boxes = {object};
  const Mask ours = predictor->decode(embedding, prompt, {})[0].mask;

  const auto model = load(decoder);
  const auto low = std::find_if(model->description().inputs.begin(), model->description().inputs.end(),
                                [](const TensorInfo& input) { return input.name == "mask_input"; });
  const std::int64_t side = low->shape[2];
  const auto scale = static_cast<float>(4 * side) / size.width;
  Tensor image = embedding.tensors[0];
  image.name = "image_embeddings";
  const std::vector<Tensor> inputs = {
      image,
      tensor_of("point_coords", {1, 2, 2}, {90 * scale, 40 * scale, 210 * scale, 150 * scale}),
      tensor_of("point_labels", {1, 2}, {2, 3}),
      tensor_of("mask_input", {1, 1, side, side}, {}),
      tensor_of("has_mask_input", {1}, {0}),
      tensor_of("orig_im_size", {2}, {static_cast<float>(size.height), static_cast<float>(size.width)})};
  const std::vector<std::string> outputs = {"masks", "iou_predictions"};
  const std::vector<Tensor> answer = model->run(inputs, outputs, {});
  ASSERT_EQ(answer[0].shape, (Shape{1, 4, size.height, size.width}));
  ASSERT_EQ(answer[1].shape, (Shape{1, 4}));
  std::vector<std::uint8_t> bits;
  for (const float logit : answer[0].values<float>().first(static_cast<std::size_t>(size.width) * size.height))
    bits.push_back(logit > 0 ? 255 : 0);
  EXPECT_GT(mask_iou(mask_from_bits(bits, size), ours), 0.98);
}

}  // namespace
}  // namespace sam
