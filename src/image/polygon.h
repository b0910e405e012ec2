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

// Twice the area inside, negative for a ring that runs the other way; of rings that cross themselves the sum.
double twice_signed_area(const Ring& ring);

// How far the outline of a mask, as shown and as written to labels/*.txt, may leave the exact one.
inline constexpr double outline_tolerance_px = 1.0;

// Pixels that touch at a corner are one part. tolerance_px: how far the simplified outline may leave the exact one
// (Douglas-Peucker); 0 keeps every corner, and polygon_to_mask then gives the same mask back. Rings never collapse: the
// smallest parts and holes keep their place.
Polygon mask_to_polygon(const Mask& mask, double tolerance_px);

// The outline to keep: simplified by tolerance_px, or by less, down to not at all, where polygon_to_mask would give back less than min_iou of the mask
// (small and thin objects). So drawing it again errs by at most 1 - min_iou, whatever the mask.
Polygon mask_to_faithful_polygon(const Mask& mask, double tolerance_px, double min_iou = 0.99);

// A pixel belongs to the mask if its centre lies inside (even-odd within a part, union over parts). Points outside the picture are clipped;
// rings of less than 3 points, or with a point that is not finite, are left out. Throws MaskError if the outlines cross more
// than 100 million pixel columns (some seconds of work).
Mask polygon_to_mask(const Polygon& polygon, Size size);

}  // namespace sam
