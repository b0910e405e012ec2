// Masks as polygons: parts, each an outer ring with holes. Rings run along pixel edges or, simplified, near them.
// Threading: values; no shared state.
#pragma once

#include <vector>

#include "image/geometry.h"
#include "image/mask.h"

namespace sam {

using Ring = std::vector<Point>;  // closed; the first point is not repeated

struct PolygonPart {
  Ring outer;
  std::vector<Ring> holes;
  bool operator==(const PolygonPart&) const = default;
};

using Polygon = std::vector<PolygonPart>;

// tolerance_px: how far the simplified outline may leave the exact one (Douglas-Peucker); 0 keeps every corner, and
// polygon_to_mask then gives the same mask back.
Polygon mask_to_polygon(const Mask& mask, double tolerance_px);

// A pixel belongs to the mask if its centre lies inside (even-odd within a part, union over parts). Points outside the picture are clipped.
Mask polygon_to_mask(const Polygon& polygon, Size size);

}  // namespace sam
