// annotations/<image>.json, the truth about one picture, and its text. See docs/file-formats.md.
// Threading: values and free functions; no shared state.
#pragma once

#include <compare>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "dataset/annotation.h"

namespace sam {

// A line of a label file that stands for no annotation of ours and is written back where it was.
struct KeptLine {
  std::size_t line = 0;                               // from 0
  std::string text;                                   // bytes of the file, without the line feed
  auto operator<=>(const KeptLine&) const = default;  // by line
};

struct StoredAnnotation {
  Annotation annotation;
  std::string class_name;    // as the class was called when this was saved
  std::string other_fields;  // fields that we do not know, a JSON object; empty: none
  bool operator==(const StoredAnnotation&) const = default;
};

struct AnnotationDocument {
  std::string image;
  Size size;
  std::int64_t next_id = 1;
  std::string labels_file;           // name under labels/
  std::string labels_hash;           // of the label file that says the same as this document
  std::string previous_labels_hash;  // of the one before; on disk after a crash between the two writes. Empty: none
  std::vector<StoredAnnotation> annotations;
  std::vector<KeptLine> kept_lines;  // by line
  std::string other_fields;
  bool reviewed = false;  // as PictureAnnotations'
  bool faulty = false;
  bool operator==(const AnnotationDocument&) const = default;
};

// The text is no annotations file, or says what cannot be.
class AnnotationFileError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Throws AnnotationFileError; DatasetError if a later version of this program wrote the text.
AnnotationDocument parse_annotation_file(std::string_view text);

// The same document always gives the same bytes, and parsing them gives the document back. Coordinates must be finite.
std::string format_annotation_file(const AnnotationDocument& document);

// Number of annotations, without looking further; -1 if the text is damaged.
int count_annotations(std::string_view text);

}  // namespace sam
