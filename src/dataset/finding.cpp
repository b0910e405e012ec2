#include "dataset/finding.h"

#include <array>

namespace sam {
namespace {

using enum FindingKind;
using enum Severity;

constexpr std::array<FindingRow, finding_kinds> rows = {{
    {unreadable_photo, "unreadable_photo", error, false, "photos that cannot be read"},
    {damaged_annotations, "damaged_annotations", error, true, "annotation files that are damaged"},
    {missing_photo, "missing_photo", error, true, "annotations or labels without their photo"},
    {wrong_size, "wrong_size", error, false, "annotations of a photo of another size"},
    {unknown_class, "unknown_class", error, false, "objects of a class that is not in the class list"},
    {empty_object, "empty_object", error, true, "objects without a pixel"},
    {duplicate_object, "duplicate_object", error, true, "objects that are there twice"},
    {outside_picture, "outside_picture", error, true, "polygons that leave the picture"},
    {self_intersecting, "self_intersecting", warning, true, "polygons that cross themselves"},
    {polygon_not_mask, "polygon_not_mask", warning, true, "polygons that do not say what the mask says"},
    {labels_differ, "labels_differ", warning, true, "label files that do not say what the annotations say"},
    {bad_label_line, "bad_label_line", warning, false, "lines of label files that are no annotation"},
    {duplicate_photo, "duplicate_photo", warning, false, "photos with the same content"},
    {overlapping, "overlapping", warning, false, "objects that lie on each other"},
    {tiny_object, "tiny_object", warning, false, "tiny objects"},
    {moved_class, "moved_class", note, true, "annotations saved under another class list"},
    {scaled_photo, "scaled_photo", note, true, "annotations of a photo that was scaled since"},
    {no_objects, "no_objects", note, false, "annotated pictures without an object"},
}};

}  // namespace

std::span<const FindingRow> finding_rows() {
  return rows;
}

const FindingRow& finding_row(FindingKind kind) {
  return rows.at(static_cast<std::size_t>(kind));
}

std::string_view severity_name(Severity severity) {
  switch (severity) {
    case error:
      return "error";
    case warning:
      return "warning";
    case note:
      break;
  }
  return "note";
}

}  // namespace sam
