#include "inference/openvino_mask_product.h"

#include <openvino/core/graph_util.hpp>
#include <openvino/op/constant.hpp>
#include <openvino/op/matmul.hpp>
#include <openvino/op/reshape.hpp>
#include <openvino/op/transpose.hpp>
#include <openvino/openvino.hpp>
#include <vector>

namespace sam {
namespace {

using MatMul = ov::op::v0::MatMul;

std::shared_ptr<ov::Node> order(const std::vector<std::int64_t>& axes) {
  return ov::op::v0::Constant::create(ov::element::i64, {axes.size()}, axes);
}

// [b,c,h,w], where the product's right side is that as [b,c,h*w] and nothing else uses it so; nothing: it is something else.
ov::Output<ov::Node> planes_of(const MatMul& product) {
  const ov::Output<ov::Node> right = product.input_value(1);
  const auto* const reshape = dynamic_cast<const ov::op::v1::Reshape*>(right.get_node());
  if (product.get_transpose_a() || product.get_transpose_b() || reshape == nullptr) return {};
  if (right.get_target_inputs().size() != 1) return {};
  const ov::Output<ov::Node> planes = reshape->input_value(0);
  const ov::PartialShape& from = planes.get_partial_shape();
  const ov::PartialShape& to = right.get_partial_shape();
  const ov::PartialShape& left = product.get_input_partial_shape(0);
  if (from.rank() != 4 || to.rank() != 3 || left.rank() != 3) return {};
  for (const ov::Dimension& side : {from[1], from[2], from[3], to[1], to[2], left[1]}) {
    if (side.is_dynamic()) return {};
  }
  const bool merges_sides = from[1] == to[1] && from[2].get_length() * from[3].get_length() ==
                                                    to[2].get_length();  // so the batch is the same
  return merges_sides && left[1].get_length() < from[1].get_length() ? planes : ov::Output<ov::Node>();
}

}  // namespace

void multiply_channels_last(const std::shared_ptr<ov::Model>& model) {
  for (const std::shared_ptr<ov::Node>& node : model->get_ordered_ops()) {
    const auto product = std::dynamic_pointer_cast<MatMul>(node);
    const ov::Output<ov::Node> planes = product ? planes_of(*product) : ov::Output<ov::Node>();
    if (!planes.get_node_shared_ptr()) continue;
    const std::int64_t channels = planes.get_partial_shape()[1].get_length();
    const auto last = std::make_shared<ov::op::v1::Transpose>(planes, order({0, 2, 3, 1}));
    const auto places = std::make_shared<ov::op::v1::Reshape>(last, order({0, -1, channels}), true);
    const auto turned = std::make_shared<MatMul>(places, product->input_value(0), false, true);
    const auto result = std::make_shared<ov::op::v1::Transpose>(turned, order({0, 2, 1}));
    result->set_friendly_name(product->get_friendly_name());
    ov::replace_node(product, result);
  }
}

}  // namespace sam
