// What the list of pictures and its filter need of a picture's annotations, found without reading masks or outlines.
// Values and free functions; no shared state.
#pragma once

#include <string_view>

#include "dataset/class_set.h"

namespace sam {

struct AnnotationFacts {
  int count = -1;  // of annotations; -1: not counted, or what was to be counted is damaged
  int proposals = 0;
  int rejected = 0;
  bool reviewed = false;
  bool faulty = false;
  ClassSet classes;
  bool operator==(const AnnotationFacts&) const = default;
};

// Of the text of annotations/<image>.json.
AnnotationFacts look_at_annotations(std::string_view text);

}  // namespace sam
