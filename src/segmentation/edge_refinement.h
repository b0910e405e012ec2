// Puts a mask's edge where the picture has one: GrabCut in a narrow band round it, for the masks of any model.
// Threading: free functions without state.
#pragma once

#include <cstdint>
#include <stop_token>

#include "image/image.h"
#include "image/mask.h"

namespace sam {

// picture: what the mask was made for, at the mask's size or smaller. The answer has the mask's size and differs from it only near its edge, by
// up to a fifteenth of the object's size. A mask that is empty, that leaves no background, or that colours would take apart comes back as it
// is. Deterministic. Time grows with the length of the edge: docs/models.md. Throws Stopped, between cuts; OutOfMemory.
Mask refine_edge(const Mask& mask, ImageView picture, const std::stop_token& stop);

// What refine_edge needs for a while; an upper bound.
std::uint64_t refine_edge_bytes(const Mask& mask, Size picture);

}  // namespace sam
