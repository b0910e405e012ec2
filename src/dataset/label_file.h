// labels/<base>.txt, the original's YOLO segmentation: "class_id x1 y1 x2 y2 …" a line, coordinates divided by the picture's size, %.6f.
// Threading: values and free functions; no shared state.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "dataset/annotation_file.h"

namespace sam {

inline constexpr int label_decimals = 6;  // of a project's own label files, as the original writes them

struct LabelLine {
  std::size_t line = 0;  // from 0
  int class_id = 0;
  Ring ring;                // pixels, exactly the file's numbers times the size
  std::string coordinates;  // as we would write them
  std::string text;         // as it stands in the file
};

struct LabelFile {
  std::vector<LabelLine> lines;
  std::vector<KeptLine> kept;         // lines that are no annotation: malformed, of an unknown class
  std::vector<std::string> warnings;  // one for each kept line, "labels/a.txt:3: …; line kept", bounded
};

// Blank lines are passed over. Five numbers are a YOLO box (class, centre, size) and become a rectangle. Values up to 0.001 outside [0, 1]
// are clipped. file_name is for the warnings.
LabelFile parse_label_file(std::string_view text, Size size, std::size_t class_count, const std::string& file_name);

// "labels/a.txt:3: reason; line kept", at most 20 and then one that says that there are more.
void add_line_warning(std::vector<std::string>& warnings, const std::string& file_name, std::size_t line,
                      const std::string& reason);

// "x1 y1 x2 y2 …" divided by the size, clipped to [0, 1].
std::string ring_coordinates(Ring pixels, Size size, int decimals);

// The coordinates of an annotation's line: its polygon, several rings joined to one. Where joining would change the area (parts that
// overlap) the outline of the mask is used instead.
std::string label_coordinates(const Annotation& annotation, Size size, int decimals = label_decimals);

// Kept lines stand at their old places, as far as the file is long enough.
std::string format_label_file(const std::vector<StoredAnnotation>& annotations, Size size,
                              const std::vector<KeptLine>& kept);

}  // namespace sam
