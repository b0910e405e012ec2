// One polygon a line, "class x1 y1 x2 y2 …": several parts and holes are one ring all the same, joined by bridges (dataset/ring_bridge.h).
#include "dataset/formats/rows.h"
#include "dataset/formats/yolo_line.h"
#include "dataset/formats/yolo_reader.h"
#include "dataset/formats/yolo_writer.h"

namespace sam {

Format yolo_segmentation_format() {
  Format format;
  format.name = "yolo";
  format.title = "YOLO segmentation (labels/*.txt, data.yaml)";
  format.features.shape = FormatFeatures::Shape::polygon;
  format.features.parts = true;
  format.features.holes = true;
  format.features.unused_classes = true;
  format.features.empty_pictures = true;
  format.features.subsets = true;
  format.recognises = [](FileSystem& files, const std::filesystem::path& in) {
    return recognise_yolo(files, in, YoloKind::segmentation);
  };
  format.read = [](const ReadRequest& request) { return read_yolo(request, YoloKind::segmentation); };
  format.write = [](const WriteRequest& request) {
    return write_yolo(request, YoloKind::segmentation, [](const Annotation& annotation, Size size, bool exact_masks) {
      return yolo_polygon_text(annotation, size, exact_masks);
    });
  };
  return format;
}

}  // namespace sam
