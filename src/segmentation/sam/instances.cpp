#include "segmentation/sam/instances.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "inference/model.h"
#include "platform/hash.h"
#include "segmentation/sam/upsample.h"

namespace sam {
namespace {

// The plane of one mask.
LogitsView plane(const Tensor& masks, int index) {
  const Size size = {static_cast<int>(masks.shape[3]), static_cast<int>(masks.shape[2])};
  return {masks.values<float>().data() + static_cast<std::size_t>(index) * size.width * size.height, size};
}

void check(const Tensor& masks, const Tensor& scores, std::span<const int> indices) {
  const bool masks_fit = masks.type == ElementType::f32 && masks.shape.size() == 4 && masks.element_count() > 0;
  const bool fits = masks_fit && scores.type == ElementType::f32 && scores.element_count() == masks.shape[1] &&
                    masks.shape[0] == 1 &&
                    std::all_of(indices.begin(), indices.end(), [&](int i) { return i < masks.shape[1]; });
  if (fits) return;
  throw ModelError("the decoder answered with " + masks.name + " " + shape_text(masks.shape) + " and " + scores.name +
                   " " + shape_text(scores.shape) + "; expected [1,M,h,w] and [1,M] of f32");
}

float score_at(const Tensor& scores, int index) {
  const float score = scores.values<float>()[index];
  return std::isfinite(score) ? std::clamp(score, 0.0F, 1.0F) : 0.0F;
}

std::shared_ptr<const Logits> copy_logits(LogitsView view) {
  const std::size_t count = static_cast<std::size_t>(view.size.width) * view.size.height;
  auto logits = std::make_shared<Logits>();
  logits->size = view.size;
  logits->values.assign(view.values, view.values + count);
  logits->key = content_hash(std::as_bytes(std::span(logits->values)));
  return logits;
}

}  // namespace

std::vector<int> best_scores(std::span<const float> scores, int first, bool multimask) {
  const auto rank = [&](int i) { return std::isnan(scores[i]) ? -INFINITY : scores[i]; };
  std::vector<int> order;
  for (int i = first; i < static_cast<int>(scores.size()); ++i) order.push_back(i);
  std::sort(order.begin(), order.end(), [&](int a, int b) { return rank(a) != rank(b) ? rank(a) > rank(b) : a < b; });
  if (!multimask && order.size() > 1) order.erase(order.begin() + 1, order.end());
  return order;
}

std::vector<Instance> make_instances(const Tensor& logits, const Tensor& scores, std::span<const int> indices,
                                     Size upsampled, Size content, Size picture) {
  check(logits, scores, indices);
  std::vector<Instance> instances;
  for (const int index : indices) {
    const LogitsView view = plane(logits, index);
    Mask mask = upsampled == Size{} ? upsample_logits(view, view.size, view.size, picture)
                                    : upsample_logits(view, upsampled, content, picture);
    instances.push_back({std::move(mask), score_at(scores, index), copy_logits(view)});
  }
  return instances;
}

std::vector<Instance> make_full_size_instances(const Tensor& masks, const Tensor& scores, std::span<const int> indices,
                                               Size picture) {
  check(masks, scores, indices);
  std::vector<Instance> instances;
  for (const int index : indices) {
    const LogitsView view = plane(masks, index);
    if (view.size != picture) {
      throw ModelError("the decoder's " + masks.name + " " + shape_text(masks.shape) +
                       " do not have the size asked for, " + std::to_string(picture.width) + " x " +
                       std::to_string(picture.height));
    }
    // Of its own size and frame, nothing is interpolated: only the sign is taken.
    instances.push_back({upsample_logits(view, picture, picture, picture), score_at(scores, index), nullptr});
  }
  return instances;
}

}  // namespace sam
