// labels/<base>.txt: lines that are annotations lie in the picture, the others are kept as they are.
#include "dataset/label_file.h"

#include "fuzz_target.h"

namespace sam {

void fuzz_one(std::string_view input) {
  const LabelFile labels = parse_label_file(input, {64, 48}, 3, "labels/a.txt");
  for (const LabelLine& line : labels.lines) {
    require(line.class_id >= 0 && line.class_id < 3);
    for (const Point& point : line.ring) {
      require(point.x >= 0 && point.x <= 64 && point.y >= 0 && point.y <= 48);
    }
  }
  const std::string kept = format_label_file({}, {64, 48}, labels.kept);
  require(parse_label_file(kept, {64, 48}, 3, "labels/a.txt").kept.size() == labels.kept.size());
}

}  // namespace sam
