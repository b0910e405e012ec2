// annotations/<image>.json: what can be read is written as bytes that say the same, and those are stable.
#include "dataset/annotation_file.h"

#include "dataset/store.h"
#include "fuzz_target.h"

namespace sam {

void fuzz_one(std::string_view input) {
  passes_or_throws<AnnotationFileError, DatasetError>([&] {
    const AnnotationDocument document = parse_annotation_file(input);
    const std::string bytes = format_annotation_file(document);
    require(format_annotation_file(parse_annotation_file(bytes)) == bytes);
    require(count_annotations(bytes) == static_cast<int>(document.annotations.size()));
  });
}

}  // namespace sam
