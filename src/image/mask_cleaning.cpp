#include "image/mask_cleaning.h"

#include <algorithm>
#include <vector>

#include "image/mask_algebra.h"
#include "image/mask_components.h"

namespace sam {
namespace {

bool reaches_border(const Mask& mask) {
  const Box box = mask_box(mask);
  return box.x0 == 0 || box.y0 == 0 || box.x1 == mask.size.width || box.y1 == mask.size.height;
}

}  // namespace

Mask fill_holes(const Mask& mask, std::uint64_t below) {
  std::vector<Mask> filled = connected_components(complement(mask), Touch::edge);
  std::erase_if(filled, [&](const Mask& gap) { return reaches_border(gap) || (below > 0 && mask_area(gap) >= below); });
  if (filled.empty()) return mask;
  filled.push_back(mask);
  return unite_all(filled, mask.size);
}

Mask drop_specks(const Mask& mask, std::uint64_t below) {
  std::vector<Mask> pieces = connected_components(mask);
  if (pieces.size() < 2) return mask;
  const auto largest = std::max_element(pieces.begin(), pieces.end(),
                                        [](const Mask& a, const Mask& b) { return mask_area(a) < mask_area(b); });
  std::swap(pieces.front(), *largest);
  pieces.erase(
      std::remove_if(pieces.begin() + 1, pieces.end(), [below](const Mask& piece) { return mask_area(piece) < below; }),
      pieces.end());
  return unite_all(pieces, mask.size);
}

}  // namespace sam
