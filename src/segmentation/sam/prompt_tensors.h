// From a Prompt to the decoder's inputs, which the SAM1 and SAM2 exports share.
// Threading: free functions without state.
#pragma once

#include <vector>

#include "inference/model.h"
#include "segmentation/predictor.h"
#include "segmentation/sam/constant_tensors.h"
#include "segmentation/sam/frame.h"

namespace sam {

// Coordinates in the frame and their labels: 0 background, 1 foreground, 2 and 3 the box's corners, -1 padding.
struct PromptPoints {
  std::vector<float> coordinates;  // x, y, x, y, …
  std::vector<float> labels;
};

// Points in the order given, then the box's corners. pad_without_box: SAM1's graph expects the caller to add (0, 0, -1) where
// there is no box; SAM2's adds its own. A prompt without points or box gets the padding in any case, so that N is never 0.
PromptPoints make_prompt_points(const Prompt& prompt, const Frame& frame, bool pad_without_box);

// checked_prompt(), and what the SAM families refuse beyond it: text, a mask input of another size than theirs or with
// values that do not fill it. Throws PromptError.
Prompt checked_sam_prompt(const Prompt& prompt, Size picture, Size mask_input);

// point_coords [1,N,2], point_labels [1,N], mask_input [1,1,h,w] and has_mask_input [1], in memory that `decoder` reads without a copy.
// `constants` are this decoder's: what they hold is to be read only. Throws OutOfMemory.
std::vector<Tensor> make_prompt_tensors(Model& decoder, ConstantTensors& constants, const Prompt& prompt,
                                        const PromptPoints& points, Size mask_input);

}  // namespace sam
