// GrabCut on one small plane: the prompt's prior and colours learnt from the last answer, cut anew a few times.
// Threading: free functions without state.
#pragma once

#include <cstdint>
#include <stop_token>

#include "segmentation/grabcut/colour_model.h"
#include "segmentation/grabcut/plane.h"
#include "segmentation/grabcut/prior.h"

namespace sam::grabcut {

struct Segment {
  BitPlane bits;
  ColourModel colours;  // what the last cut was made with
  float score = 0;      // estimated IoU, 0 to 1
};

// Weights of the cut, shared with the refinement of its edge.
inline constexpr float smoothness = 8;
inline constexpr float colour_weight = 1.9f;

// Measured: the graph, its edges and the planes of what is solved at once; and the tables that OpenCV makes once and keeps.
inline constexpr std::uint64_t solve_bytes_per_pixel = 160;
inline constexpr std::uint64_t table_bytes = 5 << 20;

// Deterministic. Time: about 5 ms a cut of 200 x 200. Throws Stopped, between cuts.
Segment segment(const LabPlane& picture, const Seeds& seeds, const std::stop_token& stop);

}  // namespace sam::grabcut
