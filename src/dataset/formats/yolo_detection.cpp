// One upright box a line, "class cx cy w h": the tight box of the mask.
#include "dataset/formats/rows.h"
#include "dataset/formats/yolo_line.h"
#include "dataset/formats/yolo_reader.h"
#include "dataset/formats/yolo_writer.h"

namespace sam {

Format yolo_detection_format() {
  Format format;
  format.name = "yolo-detection";
  format.title = "YOLO detection (boxes, data.yaml)";
  format.features.shape = FormatFeatures::Shape::box;
  format.features.unused_classes = true;
  format.features.empty_pictures = true;
  format.features.subsets = true;
  format.recognises = [](FileSystem& files, const std::filesystem::path& in) {
    return recognise_yolo(files, in, YoloKind::detection);
  };
  format.read = [](const ReadRequest& request) { return read_yolo(request, YoloKind::detection); };
  format.write = [](const WriteRequest& request) {
    return write_yolo(request, YoloKind::detection,
                      [](const Annotation& annotation, Size size, bool) { return yolo_box_text(annotation, size); });
  };
  return format;
}

}  // namespace sam
