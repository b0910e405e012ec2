#include "inference/openvino_mask_product.h"

#include <gtest/gtest.h>

#include <openvino/op/constant.hpp>
#include <openvino/op/matmul.hpp>
#include <openvino/op/parameter.hpp>
#include <openvino/op/reshape.hpp>
#include <openvino/openvino.hpp>
#include <string_view>

namespace sam {
namespace {

// [batch,rows,8] times [batch,8,6,10], seen as [batch,8,60].
std::shared_ptr<ov::Model> product(const ov::Dimension& batch, std::int64_t rows, bool used_twice = false) {
  const auto left = std::make_shared<ov::op::v0::Parameter>(ov::element::f32, ov::PartialShape{batch, rows, 8});
  const auto planes = std::make_shared<ov::op::v0::Parameter>(ov::element::f32, ov::PartialShape{batch, 8, 6, 10});
  const auto to = ov::op::v0::Constant::create(ov::element::i64, {3}, {0, 8, 60});
  const auto right = std::make_shared<ov::op::v1::Reshape>(planes, to, true);
  const auto answer = std::make_shared<ov::op::v0::MatMul>(left, right);
  ov::OutputVector outputs{answer->output(0)};
  if (used_twice) outputs.push_back(right->output(0));
  return std::make_shared<ov::Model>(outputs, ov::ParameterVector{left, planes});
}

bool is_rewritten(const std::shared_ptr<ov::Model>& model) {
  multiply_channels_last(model);
  return std::string_view(model->get_results().front()->get_input_node_ptr(0)->get_type_name()) == "Transpose";
}

std::vector<float> run(const std::shared_ptr<ov::Model>& model, std::size_t batch, std::size_t rows) {
  ov::Core core;
  ov::InferRequest request = core.compile_model(model, "CPU").create_infer_request();
  const auto counted = [](const ov::Shape& shape) {
    ov::Tensor tensor(ov::element::f32, shape);
    for (std::size_t i = 0; i < tensor.get_size(); ++i)
      tensor.data<float>()[i] = static_cast<float>(i % 7);  // exact sums
    return tensor;
  };
  request.set_input_tensor(0, counted({batch, rows, 8}));
  request.set_input_tensor(1, counted({batch, 8, 6, 10}));
  request.infer();
  const ov::Tensor answer = request.get_output_tensor(0);
  EXPECT_EQ(answer.get_shape(), (ov::Shape{batch, rows, 60}));
  return {answer.data<float>(), answer.data<float>() + answer.get_size()};
}

TEST(OpenVinoMaskProduct, IsTheSameChannelsLast) {
  for (const bool open_batch : {false, true}) {
    for (const std::size_t batch : {1U, 2U}) {
      const ov::Dimension dimension = open_batch ? ov::Dimension() : ov::Dimension(batch);
      const auto model = product(dimension, 4);
      const std::vector<float> before = run(model, batch, 4);
      ASSERT_TRUE(is_rewritten(model));
      EXPECT_EQ(run(model, batch, 4), before);
    }
  }
}

TEST(OpenVinoMaskProduct, OthersStayAsTheyAre) {
  EXPECT_FALSE(is_rewritten(product(1, 4, true))) << "the planes are needed as they are";
  EXPECT_FALSE(is_rewritten(product(1, 8))) << "turning the result would cost as much";
}

}  // namespace
}  // namespace sam
