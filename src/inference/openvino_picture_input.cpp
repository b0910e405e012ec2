#include "inference/openvino_picture_input.h"

#include <algorithm>
#include <array>
#include <openvino/core/graph_util.hpp>
#include <openvino/op/constant.hpp>
#include <openvino/openvino.hpp>
#include <string_view>
#include <vector>

namespace sam {
namespace {

constexpr std::int64_t side = 1024;  // SAM's frame
constexpr std::array<float, 3> mean = {123.675F, 116.28F,
                                       103.53F};  // that it was trained with; write_raw_hwc pads with it

bool is_type(const ov::Node& node, std::string_view type) {
  return type == node.get_type_name();
}

std::vector<float> constant_values(const ov::Node& node) {
  const auto* constant = dynamic_cast<const ov::op::v0::Constant*>(&node);
  return constant != nullptr && ov::shape_size(constant->get_shape()) <= 3 ? constant->cast_vector<float>()
                                                                           : std::vector<float>();
}

// The only node that computes with the output; others may ask for its shape. Null: several do.
ov::Node* only_user(const ov::Output<ov::Node>& output) {
  ov::Node* user = nullptr;
  for (const ov::Input<ov::Node>& input : output.get_target_inputs()) {
    if (is_type(*input.get_node(), "ShapeOf")) continue;
    if (user != nullptr || input.get_index() != 0) return nullptr;
    user = input.get_node();
  }
  return user;
}

bool scales_or_arranges(const ov::Node& node) {
  constexpr std::array<std::string_view, 4> types = {"Divide", "Multiply", "Transpose", "Unsqueeze"};
  return std::any_of(types.begin(), types.end(), [&](std::string_view type) { return is_type(node, type); });
}

// The node that pads with 0 what the mean was subtracted from; null: the model does something else.
ov::Node* padding_of(const ov::Model& model) {
  if (model.inputs().size() != 1) return nullptr;
  const ov::Output<const ov::Node> input = model.input();
  const ov::PartialShape& shape = input.get_partial_shape();
  if (input.get_element_type() != ov::element::f32 || shape.rank().is_dynamic() || shape.size() != 3) return nullptr;
  if (shape[0].is_static() || shape[1].is_static() || !shape[2].compatible(3)) return nullptr;
  ov::Node* node = only_user(model.get_parameters().front()->output(0));
  if (node == nullptr || !is_type(*node, "Subtract")) return nullptr;
  const std::vector<float> subtracted = constant_values(*node->get_input_node_ptr(1));
  if (!std::equal(subtracted.begin(), subtracted.end(), mean.begin(), mean.end())) return nullptr;
  do node = only_user(node->output(0));
  while (node != nullptr && scales_or_arranges(*node));
  if (node == nullptr || !is_type(*node, "Pad") || node->get_input_size() != 4) return nullptr;
  return constant_values(*node->get_input_node_ptr(3)) == std::vector<float>{0} ? node : nullptr;
}

}  // namespace

std::shared_ptr<ov::Model> with_fixed_picture_size(const std::shared_ptr<ov::Model>& model) {
  try {
    const ov::Node* const padding = padding_of(*model);
    if (padding == nullptr) return model;
    std::shared_ptr<ov::Model> fixed = model->clone();
    fixed->reshape(ov::PartialShape{side, side, 3});
    for (const std::shared_ptr<ov::Node>& node : fixed->get_ordered_ops()) {
      if (node->get_friendly_name() != padding->get_friendly_name()) continue;
      const bool adds_nothing = node->get_input_partial_shape(0).same_scheme(node->get_output_partial_shape(0)) &&
                                node->get_output_partial_shape(0).is_static();
      return adds_nothing ? fixed : model;
    }
  } catch (const std::exception&) {  // shapes that do not fit: not for pictures of this size
  }
  return model;
}

bool has_fixed_inputs(const ov::CompiledModel& model) {
  const auto inputs = model.inputs();
  return std::all_of(inputs.begin(), inputs.end(),
                     [](const auto& input) { return input.get_partial_shape().is_static(); });
}

}  // namespace sam
