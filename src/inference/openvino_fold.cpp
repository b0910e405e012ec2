#include "inference/openvino_fold.h"

#include <algorithm>
#include <openvino/core/graph_util.hpp>
#include <openvino/op/constant.hpp>
#include <openvino/op/parameter.hpp>
#include <openvino/openvino.hpp>
#include <string_view>
#include <unordered_set>

namespace sam {
namespace {

using ConstantNode = ov::op::v0::Constant;

bool is_type(const ov::Node& node, std::string_view type) {
  return type == node.get_type_name();
}

// The value of an output that depends on constants only; null where OpenVINO cannot tell.
std::shared_ptr<ConstantNode> value_of(const ov::Output<ov::Node>& output) {
  const std::shared_ptr<ov::Node> node = output.get_node_shared_ptr();
  if (auto constant = std::dynamic_pointer_cast<ConstantNode>(node)) return constant;
  ov::OutputVector inputs;
  for (const ov::Output<ov::Node>& input : node->input_values()) {
    const std::shared_ptr<ConstantNode> value = value_of(input);
    if (!value) return nullptr;
    inputs.push_back(value);
  }
  ov::OutputVector folded(node->get_output_size());
  if (inputs.empty() || !node->constant_fold(folded, inputs)) return nullptr;
  return std::dynamic_pointer_cast<ConstantNode>(folded[output.get_index()].get_node_shared_ptr());
}

// Runs one resize as a model of its own, its data as an input so that nothing is left to fold.
std::shared_ptr<ConstantNode> computed(const std::shared_ptr<ov::Node>& resize) {
  ov::OutputVector inputs;
  for (const ov::Output<ov::Node>& input : resize->input_values()) {
    const std::shared_ptr<ConstantNode> value = value_of(input);
    if (!value) return nullptr;
    inputs.push_back(value);
  }
  const auto data = std::dynamic_pointer_cast<ConstantNode>(inputs[0].get_node_shared_ptr());
  const auto parameter = std::make_shared<ov::op::v0::Parameter>(data->get_element_type(), data->get_shape());
  inputs[0] = parameter;
  const auto model = std::make_shared<ov::Model>(ov::OutputVector{resize->clone_with_new_inputs(inputs)->output(0)},
                                                 ov::ParameterVector{parameter});
  ov::Core core;
  ov::CompiledModel compiled = core.compile_model(model, "CPU", ov::hint::inference_precision(ov::element::f32));
  ov::InferRequest request = compiled.create_infer_request();
  request.set_input_tensor(
      ov::Tensor(data->get_element_type(), data->get_shape(), const_cast<void*>(data->get_data_ptr())));
  request.infer();
  return std::make_shared<ConstantNode>(request.get_output_tensor());
}

}  // namespace

void fold_constant_resizes(const std::shared_ptr<ov::Model>& model) {
  std::unordered_set<const ov::Node*> constant;
  for (const std::shared_ptr<ov::Node>& node : model->get_ordered_ops()) {
    const auto inputs = node->input_values();
    const bool known = std::all_of(inputs.begin(), inputs.end(),
                                   [&](const auto& input) { return constant.contains(input.get_node()); });
    if (!(inputs.empty() ? is_type(*node, "Constant") : known)) continue;
    constant.insert(node.get());
    if (!is_type(*node, "Interpolate")) continue;
    const std::shared_ptr<ConstantNode> result = computed(node);
    if (!result) continue;
    ov::replace_node(node, result);
    constant.insert(result.get());
  }
}

}  // namespace sam
