// The segments on which mask quality is measured: human segmentations of photos, NAME.jpg beside NAME.png, one number a segment.
// A segment counts if it is one connected piece, covers 2 to 40 % of the photo and touches no edge.
// Threading: free functions without state.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "image/image.h"
#include "image/mask.h"
#include "segmentation/prompt.h"

namespace sam::bench {

struct Segment {
  int label = 0;
  Mask mask;
  Box box;
};

// Constants are tuned on one half of the photos and judged on the other: the lowest bit of the CRC-32 of NAME.
bool in_judging_half(const std::string& name);

// labels: a grey picture, so that red is the segment's number.
std::vector<Segment> segments_of(ImageView labels);

// Where a person who sees the answer would click next: the pixel deepest inside the largest error, as foreground if the answer
// lacks it. Empty if the answer is exact. Requires equal sizes.
std::optional<PromptPoint> next_click(const Mask& truth, const Mask& answer);

}  // namespace sam::bench
