// From the 256 x 256 logits of a SAM network to a mask of the picture's size.
// Threading: free function without state.
#pragma once

#include "image/mask.h"
#include "segmentation/prompt.h"

namespace sam {

// The logits of one mask, row-major; owned by somebody else.
struct LogitsView {
  const float* values = nullptr;
  Size size;
};

// SAM's two bilinear steps (half-pixel centres, PyTorch's align_corners=False, OpenCV's INTER_LINEAR): logits to `frame`, of that the
// upper left `content`, to `picture`; foreground where the result is above 0. With frame == logits.size the first step changes nothing.
// Exactly what computing every pixel would give, at a fraction of the cost: only where the logits' signs differ are cells of the frame
// looked at, only those whose corners differ in sign are interpolated, and runs are written column by column. Memory: a few columns of the
// frame and of the logits, whatever the picture's size.
// Requires: content within frame, nothing empty.
Mask upsample_logits(LogitsView logits, Size frame, Size content, Size picture);

}  // namespace sam
