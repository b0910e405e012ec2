#include "inference/openvino_bands.h"

#include <gtest/gtest.h>

#include <cstring>
#include <openvino/op/add.hpp>
#include <openvino/op/constant.hpp>
#include <openvino/op/convolution.hpp>
#include <openvino/op/erf.hpp>
#include <openvino/op/group_conv.hpp>
#include <openvino/op/multiply.hpp>
#include <openvino/op/parameter.hpp>
#include <openvino/openvino.hpp>
#include <string_view>
#include <vector>

namespace sam {
namespace {

using Value = ov::Output<ov::Node>;

struct BlockShape {
  std::size_t channels = 8;
  std::size_t inner_channels = 160;  // 40 MiB between the convolutions
  std::size_t rows = 256;
  std::size_t columns = 256;
  std::size_t kernel = 3;
  std::size_t stride = 1;
  std::size_t depthwise_count = 1;
  bool inner_is_used = false;  // by a second output
};

Value numbers(const ov::Shape& shape) {
  std::vector<float> values(ov::shape_size(shape));
  std::uint32_t state = 1;
  for (float& value : values) {
    state = state * 1664525U + 1013904223U;
    value = (static_cast<float>(state >> 24) - 127.0F) / 500.0F;
  }
  return ov::op::v0::Constant::create(ov::element::f32, shape, values);
}

Value pointwise(const Value& data, std::size_t from, std::size_t to) {
  const Value convolved =
      std::make_shared<ov::op::v1::Convolution>(data, numbers({to, from, 1, 1}), ov::Strides{1, 1},
                                                ov::CoordinateDiff{0, 0}, ov::CoordinateDiff{0, 0}, ov::Strides{1, 1});
  return std::make_shared<ov::op::v1::Add>(convolved, numbers({1, to, 1, 1}));
}

Value bent(const Value& data) {
  return std::make_shared<ov::op::v1::Multiply>(data, std::make_shared<ov::op::v0::Erf>(data));
}

std::shared_ptr<ov::Model> model_of(const BlockShape& shape) {
  const auto input = std::make_shared<ov::op::v0::Parameter>(ov::element::f32,
                                                             ov::Shape{1, shape.channels, shape.rows, shape.columns});
  Value inner = bent(pointwise(input, shape.channels, shape.inner_channels));
  const auto padding = static_cast<std::ptrdiff_t>(shape.kernel / 2);
  for (std::size_t i = 0; i < shape.depthwise_count; ++i) {
    inner = std::make_shared<ov::op::v1::GroupConvolution>(
        inner, numbers({shape.inner_channels, 1, 1, shape.kernel, shape.kernel}),
        ov::Strides{shape.stride, shape.stride}, ov::CoordinateDiff{padding, padding},
        ov::CoordinateDiff{padding, padding}, ov::Strides{1, 1});
  }
  inner = bent(inner);
  ov::OutputVector outputs{bent(pointwise(inner, shape.inner_channels, shape.channels))};
  if (shape.inner_is_used) outputs.push_back(bent(inner));
  return std::make_shared<ov::Model>(outputs, ov::ParameterVector{input});
}

std::size_t count_of(const ov::Model& model, std::string_view type) {
  const auto nodes = model.get_ops();
  return static_cast<std::size_t>(
      std::count_if(nodes.begin(), nodes.end(), [&](const auto& node) { return type == node->get_type_name(); }));
}

std::vector<float> run(const std::shared_ptr<ov::Model>& model) {
  ov::Core core;
  ov::CompiledModel compiled = core.compile_model(model, "CPU", ov::hint::inference_precision(ov::element::f32));
  ov::InferRequest request = compiled.create_infer_request();
  ov::Tensor input = request.get_input_tensor();
  for (std::size_t i = 0; i < input.get_size(); ++i) input.data<float>()[i] = static_cast<float>(i * 7 % 101) / 50 - 1;
  request.infer();
  const ov::Tensor output = request.get_output_tensor(0);
  return {output.data<float>(), output.data<float>() + output.get_size()};
}

TEST(OpenVinoBands, AWideBlockInBandsComputesTheSame) {
  for (const std::size_t kernel : {3, 5}) {
    BlockShape shape;
    shape.kernel = kernel;
    shape.rows = 251;  // bands of unequal height
    const std::vector<float> whole = run(model_of(shape));
    const auto divided = model_of(shape);
    EXPECT_EQ(divide_wide_blocks(divided), 1);
    EXPECT_GE(count_of(*divided, "GroupConvolution"), 4u);
    EXPECT_EQ(divided->get_output_shape(0), model_of(shape)->get_output_shape(0));
    const std::vector<float> banded = run(divided);
    ASSERT_EQ(banded.size(), whole.size());
    for (std::size_t i = 0; i < whole.size(); ++i) ASSERT_NEAR(banded[i], whole[i], 1e-5) << i;
  }
}

TEST(OpenVinoBands, NarrowBlocksStayWhole) {
  BlockShape shape;
  shape.rows = shape.columns = 64;
  EXPECT_EQ(divide_wide_blocks(model_of(shape)), 0);
}

TEST(OpenVinoBands, WhatIsNoSuchBlockStaysAsItIs) {
  BlockShape halved;
  halved.stride = 2;
  BlockShape mixed_twice;
  mixed_twice.depthwise_count = 2;
  BlockShape mixed_never;
  mixed_never.depthwise_count = 0;
  BlockShape used;
  used.inner_is_used = true;
  for (const BlockShape& shape : {halved, mixed_twice, mixed_never, used}) {
    const auto model = model_of(shape);
    const std::size_t before = count_of(*model, "Convolution") + count_of(*model, "GroupConvolution");
    EXPECT_EQ(divide_wide_blocks(model), 0);
    EXPECT_EQ(count_of(*model, "Convolution") + count_of(*model, "GroupConvolution"), before);
  }
}

TEST(OpenVinoBands, OpenShapesStayAsTheyAre) {
  const auto model = model_of({});
  model->reshape(ov::PartialShape{1, 8, -1, -1});
  EXPECT_EQ(divide_wide_blocks(model), 0);
}

}  // namespace
}  // namespace sam
