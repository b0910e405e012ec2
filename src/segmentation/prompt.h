// What the user pointed at. Coordinates are pixels of the upright picture (image/geometry.h).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "image/geometry.h"

namespace sam {

// The low-resolution answer of a network in its own square frame: what it takes back as mask input to refine a mask.
struct Logits {
  Size size;                  // 256 x 256 for the SAM families
  std::vector<float> values;  // row-major, > 0 is foreground
  std::string key;            // content key: XXH3-128 of values, hex
};

struct PromptPoint {
  Point position;
  bool foreground = true;
  bool operator==(const PromptPoint&) const = default;
};

struct Prompt {
  std::vector<Box> boxes;  // today's families take at most one
  std::vector<PromptPoint> points;
  std::shared_ptr<const Logits> mask_input;  // a previous answer for the same picture; null: none
  bool multimask = false;                    // all candidates, not the best only
  bool refine_edges = false;  // of the masks that come out: edge_refinement.h; predictors leave it to who asks them
  std::string text;           // for families that understand it
};

}  // namespace sam
