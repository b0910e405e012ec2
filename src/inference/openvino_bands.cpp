#include "inference/openvino_bands.h"

#include <algorithm>
#include <array>
#include <openvino/core/graph_util.hpp>
#include <openvino/op/concat.hpp>
#include <openvino/op/constant.hpp>
#include <openvino/op/convolution.hpp>
#include <openvino/op/group_conv.hpp>
#include <openvino/op/slice.hpp>
#include <openvino/openvino.hpp>
#include <openvino/pass/constant_folding.hpp>
#include <openvino/pass/manager.hpp>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace sam {
namespace {

using Node = std::shared_ptr<ov::Node>;
using ConstantNode = ov::op::v0::Constant;
using Convolution = ov::op::v1::Convolution;
using Depthwise = ov::op::v1::GroupConvolution;

constexpr std::size_t least_bytes = std::size_t{32} << 20;  // of an inner tensor worth dividing
constexpr std::size_t band_bytes = std::size_t{8}
                                   << 20;  // of it in a band; less gains nothing: then others are the largest
constexpr std::size_t rows_axis = 2;       // of [batch, channels, rows, columns]

// Widens, mixes, narrows; what is between them works on each value for itself.
struct Block {
  Node widen;
  std::vector<Node> between;  // in the order of execution
  Node narrow;
  std::size_t halo_rows = 0;  // that the depthwise convolution looks beyond a band
};

std::size_t rows_of(const Block& block) {
  return block.widen->get_output_shape(0)[rows_axis];
}

std::size_t inner_bytes(const ov::Node& node) {
  return ov::shape_size(node.get_output_shape(0)) * node.get_output_element_type(0).size();
}

bool all_are(const auto& values, std::size_t wanted) {
  return std::all_of(values.begin(), values.end(),
                     [&](auto value) { return value == static_cast<decltype(value)>(wanted); });
}

std::shared_ptr<ConstantNode> constant_of(const ov::Output<ov::Node>& value) {
  return std::dynamic_pointer_cast<ConstantNode>(value.get_node_shared_ptr());
}

bool is_pointwise(const Node& node) {
  const auto convolution = std::dynamic_pointer_cast<Convolution>(node);
  if (!convolution || !constant_of(node->input_value(1))) return false;
  const ov::Shape weights = node->get_input_shape(1);
  return weights.size() == 4 && weights[2] == 1 && weights[3] == 1 && all_are(convolution->get_strides(), 1) &&
         all_are(convolution->get_pads_begin(), 0) && all_are(convolution->get_pads_end(), 0);
}

// Rows beyond a row that a depthwise convolution of unchanged size looks at; nothing: it is another operation.
std::optional<std::size_t> halo_of(const Node& node) {
  const auto convolution = std::dynamic_pointer_cast<Depthwise>(node);
  if (!convolution || !constant_of(node->input_value(1)) || node->get_output_partial_shape(0).is_dynamic()) return {};
  const ov::Shape weights = node->get_input_shape(1);  // groups, 1, 1, kernel
  const ov::CoordinateDiff begin = convolution->get_pads_begin();
  const bool keeps_size = node->get_input_shape(0) == node->get_output_shape(0) && begin == convolution->get_pads_end();
  if (weights.size() != 5 || weights[1] != 1 || weights[2] != 1 || !keeps_size || begin[0] < 0) return {};
  if (convolution->get_auto_pad() != ov::op::PadType::EXPLICIT) return {};
  if (!all_are(convolution->get_strides(), 1) || !all_are(convolution->get_dilations(), 1)) return {};
  return static_cast<std::size_t>(begin[0]);
}

bool works_on_each_value(const ov::Node& node) {
  constexpr std::array<std::string_view, 7> types = {"Add", "Subtract", "Multiply", "Divide", "Erf", "Gelu", "Relu"};
  return std::any_of(types.begin(), types.end(), [&](std::string_view type) { return type == node.get_type_name(); });
}

// One number, or one for each channel.
bool is_same_in_all_rows(const ov::Output<ov::Node>& value) {
  if (!constant_of(value)) return false;
  const ov::Shape shape = value.get_shape();
  if (ov::shape_size(shape) == 1) return true;
  return shape.size() >= 3 && shape.size() <= 4 && shape[shape.size() - 3] == ov::shape_size(shape);
}

// The block that begins with nodes[first]; nothing: there is none, or somebody else uses what is inside.
std::optional<Block> block_from(const std::vector<Node>& nodes, std::size_t first) {
  Block block{nodes[first], {}, nullptr, 0};
  std::unordered_set<const ov::Node*> inside{block.widen.get()};
  const auto is_inside = [&](const ov::Output<ov::Node>& value) { return inside.contains(value.get_node()); };
  bool mixes = false;
  for (std::size_t i = first + 1; i < nodes.size(); ++i) {
    const Node& node = nodes[i];
    const ov::OutputVector inputs = node->input_values();
    if (std::none_of(inputs.begin(), inputs.end(), is_inside)) continue;
    if (block.narrow) return {};  // a second way out
    if (is_pointwise(node)) {
      block.narrow = node;
      continue;
    }
    if (const auto halo = halo_of(node); halo && !mixes) {
      mixes = true;
      block.halo_rows = *halo;
    } else if (!works_on_each_value(*node) || !std::all_of(inputs.begin(), inputs.end(), [&](const auto& input) {
                 return is_inside(input) || is_same_in_all_rows(input);
               })) {
      return {};
    }
    block.between.push_back(node);
    inside.insert(node.get());
  }
  return block.narrow && mixes ? std::optional(block) : std::nullopt;
}

Node number(std::size_t value) {
  return ConstantNode::create(ov::element::i64, {1}, {value});
}

// Rows [begin, end) of what the block computes.
ov::Output<ov::Node> band(const Block& block, std::size_t begin, std::size_t end) {
  const bool at_top = begin == 0;
  const bool at_bottom = end == rows_of(block);
  const auto rows = std::make_shared<ov::op::v8::Slice>(
      block.widen->input_value(0), number(at_top ? 0 : begin - block.halo_rows),
      number(at_bottom ? end : end + block.halo_rows), number(1), number(rows_axis));
  std::unordered_map<const ov::Node*, Node> made;
  made[block.widen.get()] = block.widen->clone_with_new_inputs({rows, block.widen->input_value(1)});
  for (const Node& node : block.between) {
    ov::OutputVector inputs;
    for (const ov::Output<ov::Node>& input : node->input_values()) {
      const auto found = made.find(input.get_node());
      // Constants of its own: the CPU plugin adds a bias within the convolution only if nobody shares it.
      inputs.push_back(found != made.end() ? found->second : input.get_node()->clone_with_new_inputs({}));
    }
    if (const auto mixing = std::dynamic_pointer_cast<Depthwise>(node)) {
      ov::CoordinateDiff above = mixing->get_pads_begin();
      ov::CoordinateDiff below = mixing->get_pads_end();
      if (!at_top) above[0] = 0;
      if (!at_bottom) below[0] = 0;
      made[node.get()] = std::make_shared<Depthwise>(inputs[0], node->input_value(1), mixing->get_strides(), above,
                                                     below, mixing->get_dilations());
    } else {
      made[node.get()] = node->clone_with_new_inputs(inputs);
    }
  }
  const ov::Output<ov::Node> wide = made.at(block.narrow->get_input_node_ptr(0));
  return block.narrow->clone_with_new_inputs({wide, block.narrow->input_value(1)});
}

void divide(const Block& block) {
  const std::size_t rows = rows_of(block);
  const std::size_t most = rows / std::max<std::size_t>(2 * block.halo_rows, 1);
  const std::size_t count = std::clamp<std::size_t>(inner_bytes(*block.widen) / band_bytes, 1, most);
  ov::OutputVector bands;
  for (std::size_t i = 0; i < count; ++i) bands.push_back(band(block, rows * i / count, rows * (i + 1) / count));
  const auto joined = std::make_shared<ov::op::v0::Concat>(bands, rows_axis);
  joined->set_friendly_name(block.narrow->get_friendly_name());
  ov::replace_node(block.narrow, joined);
}

bool may_begin(const Node& node) {
  return is_pointwise(node) && node->get_output_partial_shape(0).is_static() && inner_bytes(*node) >= least_bytes;
}

}  // namespace

int divide_wide_blocks(const std::shared_ptr<ov::Model>& model) {
  const std::vector<Node> before = model->get_ordered_ops();
  if (std::none_of(before.begin(), before.end(), may_begin)) return 0;
  ov::pass::Manager passes;
  passes.register_pass<ov::pass::ConstantFolding>();  // biases and kernels are computed from constants in ONNX files
  passes.run_passes(model);
  int divided = 0;
  const std::vector<Node> nodes = model->get_ordered_ops();
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (!may_begin(nodes[i])) continue;
    const std::optional<Block> block = block_from(nodes, i);
    if (!block) continue;
    divide(*block);
    ++divided;
  }
  return divided;
}

}  // namespace sam
