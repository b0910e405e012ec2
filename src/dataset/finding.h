// What can be wrong with a project, as validate names it. Values and a table; no state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sam {

inline constexpr std::size_t finding_kinds = 18;

enum class FindingKind {
  unreadable_photo,
  damaged_annotations,
  missing_photo,
  wrong_size,
  unknown_class,
  empty_object,
  duplicate_object,
  outside_picture,
  self_intersecting,
  polygon_not_mask,
  labels_differ,
  bad_label_line,
  duplicate_photo,
  overlapping,
  tiny_object,
  moved_class,
  scaled_photo,
  no_objects,
};

// error: the data is wrong or cannot be used; warning: probably not what was meant; note: to know.
enum class Severity { error, warning, note };

struct FindingRow {
  FindingKind kind;
  std::string_view name;  // the word in JSON
  Severity severity;
  bool fixable;            // by validate --fix
  std::string_view title;  // for people
};

// By kind; the order in which they are shown.
std::span<const FindingRow> finding_rows();
const FindingRow& finding_row(FindingKind kind);
std::string_view severity_name(Severity severity);

struct Finding {
  FindingKind kind = FindingKind::no_objects;
  std::string file;               // the picture's name, or a path in the project for what has no picture
  std::vector<std::int64_t> ids;  // of the annotations; none: the whole file
  std::string detail;             // "area 4 px"; may be empty
};

}  // namespace sam
