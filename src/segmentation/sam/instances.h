// From a decoder's outputs to Instances.
// Threading: free functions without state.
#pragma once

#include <span>
#include <vector>

#include "inference/tensor.h"
#include "segmentation/predictor.h"
#include "segmentation/sam/frame.h"

namespace sam {

// Indices into scores from `first` on, best first; a score that is no number comes last. Without multimask only the first of them.
std::vector<int> best_scores(std::span<const float> scores, int first, bool multimask);

// logits: [1,M,h,w] f32; scores: [1,M] f32; indices: which of M, in order. upsampled: the size that logits are enlarged to before the
// content is cut out; both empty where the picture covers the logits' own grid. Throws ModelError if the tensors do not fit together.
std::vector<Instance> make_instances(const Tensor& logits, const Tensor& scores, std::span<const int> indices,
                                     Size upsampled, Size content, Size picture);

// masks: [1,M,H,W] f32 at the picture's size; the instances have no logits. Throws ModelError.
std::vector<Instance> make_full_size_instances(const Tensor& masks, const Tensor& scores, std::span<const int> indices,
                                               Size picture);

}  // namespace sam
