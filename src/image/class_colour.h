// The colour of a class, the same as the page's: web/src/model/color.ts says how they were found. tests/data/class_colors.json holds both to one table.
// Threading: free functions without state.
#pragma once

#include <string>

#include "image/index_picture.h"

namespace sam {

// A colour by lightness (0 to 1), chroma and hue (degrees), in Björn Ottosson's OKLCH, as CSS writes it.
struct Oklch {
  double lightness = 0;
  double chroma = 0;
  double hue = 0;
};

// In sRGB, 8 bits a channel; what lies outside sRGB is cut off channel by channel.
Colour srgb_of(const Oklch& colour);

Oklch class_oklch(int class_id);
Colour class_colour(int class_id);

// "#1e90ff"
std::string colour_text(Colour colour);

}  // namespace sam
