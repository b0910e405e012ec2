#include "segmentation/sam/prompt_tensors.h"

#include <algorithm>

namespace sam {
namespace {

void add(PromptPoints& points, Point position, float label) {
  points.coordinates.push_back(static_cast<float>(position.x));
  points.coordinates.push_back(static_cast<float>(position.y));
  points.labels.push_back(label);
}

std::string size_text(Size size) {
  return std::to_string(size.width) + " x " + std::to_string(size.height);
}

}  // namespace

PromptPoints make_prompt_points(const Prompt& prompt, const Frame& frame, bool pad_without_box) {
  PromptPoints points;
  for (const PromptPoint& point : prompt.points) add(points, to_frame(frame, point.position), point.foreground ? 1 : 0);
  for (const Box& box : prompt.boxes) {
    add(points, to_frame(frame, {box.x0, box.y0}), 2);
    add(points, to_frame(frame, {box.x1, box.y1}), 3);
  }
  if ((pad_without_box && prompt.boxes.empty()) || points.labels.empty()) add(points, {0, 0}, -1);
  return points;
}

Prompt checked_sam_prompt(const Prompt& prompt, Size picture, Size mask_input) {
  Prompt checked = checked_prompt(prompt, picture);
  if (!checked.text.empty()) throw PromptError("this model does not understand text; give a box or a point");
  if (const Logits* logits = checked.mask_input.get()) {
    if (logits->size != mask_input) {
      throw PromptError("the mask input is " + size_text(logits->size) + ", this model takes " + size_text(mask_input));
    }
    if (logits->values.size() != static_cast<std::size_t>(mask_input.width) * mask_input.height) {
      throw PromptError("the mask input has " + std::to_string(logits->values.size()) + " values, not the " +
                        size_text(mask_input) + " of its size");
    }
  }
  return checked;
}

std::vector<Tensor> make_prompt_tensors(Model& decoder, ConstantTensors& constants, const Prompt& prompt,
                                        const PromptPoints& points, Size mask_input) {
  const auto count = static_cast<std::int64_t>(points.labels.size());
  std::vector<Tensor> tensors;
  tensors.push_back(decoder.make_tensor("point_coords", ElementType::f32, {1, count, 2}));
  std::copy(points.coordinates.begin(), points.coordinates.end(), tensors.back().values<float>().begin());
  tensors.push_back(decoder.make_tensor("point_labels", ElementType::f32, {1, count}));
  std::copy(points.labels.begin(), points.labels.end(), tensors.back().values<float>().begin());

  const Shape mask_shape = {1, 1, mask_input.height, mask_input.width};
  if (prompt.mask_input) {
    const std::vector<float>& mask = prompt.mask_input->values;
    tensors.push_back(decoder.make_tensor("mask_input", ElementType::f32, mask_shape));
    std::copy(mask.begin(), mask.end(), tensors.back().values<float>().begin());
  } else {
    tensors.push_back(constants.get(decoder, "mask_input", mask_shape, 0));
  }
  tensors.push_back(constants.get(decoder, "has_mask_input", {1}, prompt.mask_input ? 1 : 0));
  return tensors;
}

}  // namespace sam
