// How sure a network is of a mask's edge, from its logits.
// Threading: free function without state.
#pragma once

#include "segmentation/prompt.h"

namespace sam {

// The IoU of the mask at a threshold of +1 and at one of -1, instead of 0; both on the logits' own grid. The one lies within the other, so it is the ratio of
// their areas. 0 where even the larger is empty; a value that is no number is background.
double mask_stability(const Logits& logits);

}  // namespace sam
