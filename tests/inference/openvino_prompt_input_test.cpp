#include "inference/openvino_prompt_input.h"

#include <gtest/gtest.h>

#include <openvino/op/constant.hpp>
#include <openvino/op/parameter.hpp>
#include <openvino/op/relu.hpp>
#include <openvino/op/reshape.hpp>
#include <openvino/openvino.hpp>

#include "inference/openvino_model.h"
#include "inference/test_models.h"

namespace sam {
namespace {

Shape input_shape(const char* file, const std::string& name) {
  ModelOptions options;
  options.file = test_model(file);
  const auto model = load_openvino_model(options);
  for (const TensorInfo& input : model->description().inputs) {
    if (input.name == name) return input.shape;
  }
  return {};
}

TEST(OpenVinoPromptInput, OneObjectIsAskedAboutWithAnyNumberOfPoints) {
  EXPECT_EQ(input_shape("sam2.decoder.onnx", "point_coords"), (Shape{1, -1, 2}));
  EXPECT_EQ(input_shape("sam2.decoder.onnx", "point_labels"), (Shape{1, -1}));
  EXPECT_EQ(input_shape("sam2.decoder.onnx", "mask_input"), (Shape{1, 1, 256, 256}));
  EXPECT_EQ(input_shape("sam2.decoder.onnx", "has_mask_input"), (Shape{1}));
  EXPECT_EQ(input_shape("sam1_four.decoder.onnx", "point_coords"), (Shape{1, -1, 2}));
}

TEST(OpenVinoPromptInput, OtherInputsStayOpen) {
  const auto parameter = std::make_shared<ov::op::v0::Parameter>(ov::element::f32, ov::PartialShape{-1, 3});
  parameter->output(0).set_names({"image"});
  const auto relu = std::make_shared<ov::op::v0::Relu>(parameter);
  const auto model = std::make_shared<ov::Model>(ov::OutputVector{relu}, ov::ParameterVector{parameter});
  ask_about_one_object(model);
  EXPECT_TRUE(model->input().get_partial_shape()[0].is_dynamic());
}

TEST(OpenVinoPromptInput, AModelThatNeedsMoreStaysAsItIs) {
  const auto parameter = std::make_shared<ov::op::v0::Parameter>(ov::element::f32, ov::PartialShape{-1, 3});
  parameter->output(0).set_names({"point_labels"});
  const auto two = ov::op::v0::Constant::create(ov::element::i64, {2}, {2, 3});
  const auto pairs = std::make_shared<ov::op::v1::Reshape>(parameter, two, false);
  const auto model = std::make_shared<ov::Model>(ov::OutputVector{pairs}, ov::ParameterVector{parameter});
  ask_about_one_object(model);
  EXPECT_TRUE(model->input().get_partial_shape()[0].is_dynamic());
}

}  // namespace
}  // namespace sam
