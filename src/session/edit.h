// What a user does to a picture's annotations, as values. What each means is in the plan_edit functions (edits.h).
// Values; no shared state.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "dataset/annotation.h"

namespace sam {

inline constexpr std::size_t max_edit_objects = 10'000;   // named in one edit
inline constexpr std::size_t max_stroke_points = 20'000;  // a minute of a pen that reports 300 times a second
inline constexpr std::size_t max_vertices = 100'000;      // of one polygon
inline constexpr double max_stroke_radius_px = 10'000;
inline constexpr std::size_t max_note_characters = 2000;
inline constexpr std::size_t max_edit_id_bytes = 100;
inline constexpr double max_seconds = 1e6;  // on one object: eleven days

struct AddAnnotation {
  int class_id = 0;
  std::string rle;  // COCO string at the picture's size; empty: polygon
  double score = 0;
  StoredPrompt prompt = {};
  Polygon polygon = {};
  double seconds = 0;  // that were spent on it
};
// Another mask for an object.
struct SetMask {
  std::int64_t id = 0;
  std::string rle;
  double score = 0;
  std::optional<StoredPrompt> prompt = {};  // nothing: stays
  std::optional<int> class_id = {};         // nothing: stays
};
// Vertices were moved: the polygon is kept as given, the mask is what it covers.
struct SetPolygon {
  std::int64_t id = 0;
  Polygon polygon;
};
// A stroke of a round brush.
struct Paint {
  std::optional<std::int64_t> id;  // nothing: a new object of class_id
  int class_id = 0;
  std::vector<Point> points;
  double radius_px = 0;
  bool erase = false;  // taken away; an object without pixels is deleted
  double seconds = 0;  // added to those of the object
};
// Into the first of them, which keeps its class.
struct MergeAnnotations {
  std::vector<std::int64_t> ids;
};
// Takes the pixels of the others from one.
struct SubtractAnnotations {
  std::int64_t id = 0;
  std::vector<std::int64_t> ids;
};
struct FillHoles {
  std::vector<std::int64_t> ids;
  std::uint64_t below_px = 0;  // 0: all holes
};
struct DropSpecks {
  std::vector<std::int64_t> ids;
  std::uint64_t below_px = 0;
};
struct SimplifyOutlines {
  std::vector<std::int64_t> ids;
  double tolerance_px = 1;
};
// In the list of annotations, the last of which is drawn on top.
struct ReorderAnnotations {
  enum class To { front, back, forward, backward };
  std::vector<std::int64_t> ids;
  To to = To::front;
};
// Objects of another picture of the project, scaled if the sizes differ.
struct CopyAnnotations {
  std::string from;
  std::vector<std::int64_t> ids;
};
struct ReviewAnnotations {
  std::vector<std::int64_t> ids;
  std::optional<Review> review;  // nothing: stays
  std::optional<std::string> note;
};
// Of the picture; no step of undo.
struct MarkPicture {
  std::optional<bool> reviewed;
  std::optional<bool> faulty;
};
struct DeleteAnnotations {
  std::vector<std::int64_t> ids;
};
struct SetClass {
  std::vector<std::int64_t> ids;
  int class_id = 0;
};
struct ClearAnnotations {};
struct Undo {};
struct Redo {};
using Edit = std::variant<AddAnnotation, SetMask, SetPolygon, Paint, MergeAnnotations, SubtractAnnotations, FillHoles,
                          DropSpecks, SimplifyOutlines, ReorderAnnotations, CopyAnnotations, ReviewAnnotations,
                          MarkPicture, DeleteAnnotations, SetClass, ClearAnnotations, Undo, Redo>;

// The edit's type on the wire and in the undo history: "add", "set_mask", ….
std::string_view edit_name(const Edit& edit);

// What becomes of pixels that an edit gives to an object and that another object has.
enum class Overlap {
  allow,
  newer,  // taken from the others; an object left without pixels is deleted
  older,  // not given
};

struct EditOptions {
  Overlap overlap = Overlap::allow;
  std::string edit_id = {};     // chosen by who asks; empty: none
  std::string class_name = {};  // of the class that the edit names, when it was made; empty: as the id is called now
};

// An edit that makes no sense: unknown class or annotation, a mask of another size. For the user.
class EditError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace sam
