// Pictures with masks drawn into them, for people to look at.
// Threading: free functions without state.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "image/image.h"
#include "image/index_picture.h"
#include "image/mask.h"

namespace sam {

struct DrawnMask {
  const Mask* mask = nullptr;
  Colour colour{};
  std::string label;  // empty: none. Letters that are not ASCII cannot be drawn; the caller gives something else
};

// overlay: tinted, with outlines. masked: only what is under a mask, on black. side_by_side: the picture, and right of it the overlay. contours: outlines.
enum class MaskView : std::uint8_t { overlay, masked, side_by_side, contours };

struct MaskDrawing {
  MaskView view = MaskView::overlay;
  double opacity = 0.35;  // of the tint, 0 to 1
  bool outlines = true;   // of the overlay
};

// What drawing takes at most, besides the picture and what it gives.
std::uint64_t mask_drawing_scratch_bytes(Size picture);
// Of the result.
Size drawn_size(Size picture, MaskView view);

// The masks in this order, the last on top. Requires masks of the picture's size. Throws std::bad_alloc.
Image draw_masks(const Image& picture, std::span<const DrawnMask> masks, const MaskDrawing& drawing);

}  // namespace sam
