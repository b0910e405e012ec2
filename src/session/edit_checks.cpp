#include "session/edit_checks.h"

#include <algorithm>
#include <cmath>

#include "dataset/polygon_check.h"

namespace sam {
namespace {

std::string size_text(Size size) {
  return std::to_string(size.width) + " x " + std::to_string(size.height);
}

void require_ring(const Ring& ring, const char* what) {
  if (ring.size() < 3) {
    throw EditError(std::string(what) + " of the polygon has " + std::to_string(ring.size()) +
                    " points; it takes 3 to have an inside");
  }
  const auto finite = [](const Point& point) { return std::isfinite(point.x) && std::isfinite(point.y); };
  if (!std::all_of(ring.begin(), ring.end(), finite)) throw EditError("a point of the polygon is not a number");
}

}  // namespace

void require_class(int class_id, std::size_t class_count) {
  if (class_id >= 0 && static_cast<std::size_t>(class_id) < class_count) return;
  throw EditError("class " + std::to_string(class_id) + " does not exist; this project has classes 0 to " +
                  std::to_string(static_cast<long long>(class_count) - 1) + "; choose one of them");
}

void require_score(double score) {
  if (!(score >= 0 && score <= 1)) throw EditError("the score must be between 0 and 1");
}

void require_seconds(double seconds) {
  if (!(seconds >= 0 && seconds <= max_seconds)) {
    throw EditError("the seconds spent on an object must be between 0 and " +
                    std::to_string(static_cast<long>(max_seconds)));
  }
}

void require_note(const std::string& note) {
  // Bytes that begin a character of UTF-8.
  const auto characters = std::count_if(note.begin(), note.end(),
                                        [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; });
  if (static_cast<std::size_t>(characters) > max_note_characters) {
    throw EditError("the note has " + std::to_string(characters) + " characters; the limit is " +
                    std::to_string(max_note_characters) + ": shorten it");
  }
}

Mask require_mask(const std::string& rle, Size size) {
  Mask mask;
  try {
    mask = mask_from_coco_string(rle, size);
  } catch (const MaskError& error) {
    throw EditError("the mask does not fit this picture of " + size_text(size) + " pixels: " + error.what() +
                    "; segment it again");
  }
  if (mask_area(mask) == 0) throw EditError("the mask is empty; point at something and try again");
  return mask;
}

GivenShape require_polygon(const Polygon& polygon, Size size) {
  if (polygon.empty()) throw EditError("the polygon has no parts; draw one");
  std::size_t vertices = 0;
  for (const PolygonPart& part : polygon) {
    require_ring(part.outer, "an outline");
    vertices += part.outer.size();
    for (const Ring& hole : part.holes) {
      require_ring(hole, "a hole");
      vertices += hole.size();
    }
  }
  if (vertices > max_vertices) {
    throw EditError("the polygon has " + std::to_string(vertices) + " vertices; the limit is " +
                    std::to_string(max_vertices) + ": simplify it");
  }
  GivenShape shape{{}, leaves_picture(polygon, size) ? cut_at_border(polygon, size) : polygon};
  try {
    shape.mask = polygon_to_mask(shape.polygon, size);
  } catch (const MaskError& error) {
    throw EditError(error.what());
  }
  if (mask_area(shape.mask) == 0) {
    throw EditError("the polygon covers no pixel of this picture of " + size_text(size) +
                    " pixels; draw it larger, or inside the picture");
  }
  if (find_crossing(shape.polygon)) shape.polygon = polygon_of(shape.mask);
  return shape;
}

}  // namespace sam
