#include "inference/openvino_prompt_input.h"

#include <algorithm>
#include <array>
#include <map>
#include <openvino/openvino.hpp>
#include <string_view>

namespace sam {
namespace {

bool is_of_prompt(const ov::Output<ov::Node>& input) {
  constexpr std::array<std::string_view, 4> names = {"point_coords", "point_labels", "mask_input", "has_mask_input"};
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view name) { return input.get_names().contains(std::string(name)); });
}

}  // namespace

void ask_about_one_object(const std::shared_ptr<ov::Model>& model) {
  std::map<ov::Output<ov::Node>, ov::PartialShape> before;
  std::map<ov::Output<ov::Node>, ov::PartialShape> after;
  for (const ov::Output<ov::Node>& input : model->inputs()) {
    ov::PartialShape shape = input.get_partial_shape();
    if (!is_of_prompt(input) || shape.rank().is_dynamic() || shape.size() == 0 || shape[0].is_static()) continue;
    before[input] = shape;
    shape[0] = 1;
    after[input] = shape;
  }
  if (after.empty()) return;
  try {
    model->reshape(after);
  } catch (const ov::Exception&) {  // the first dimension is not that of objects
    model->reshape(before);
  }
}

}  // namespace sam
