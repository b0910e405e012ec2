// One turned box a line, "class x1 y1 x2 y2 x3 y3 x4 y4": the smallest rectangle around the mask, its corners clipped to the picture, since ultralytics passes over
// pictures with a coordinate outside.
#include "dataset/formats/rows.h"
#include "dataset/formats/yolo_line.h"
#include "dataset/formats/yolo_reader.h"
#include "dataset/formats/yolo_writer.h"

namespace sam {

Format yolo_obb_format() {
  Format format;
  format.name = "yolo-obb";
  format.title = "YOLO oriented boxes (four corners, data.yaml)";
  format.features.shape = FormatFeatures::Shape::rotated_box;
  format.features.unused_classes = true;
  format.features.empty_pictures = true;
  format.features.subsets = true;
  format.recognises = [](FileSystem& files, const std::filesystem::path& in) {
    return recognise_yolo(files, in, YoloKind::obb);
  };
  format.read = [](const ReadRequest& request) { return read_yolo(request, YoloKind::obb); };
  format.write = [](const WriteRequest& request) {
    return write_yolo(request, YoloKind::obb, [](const Annotation& annotation, Size size, bool) {
      return yolo_corners_text(annotation, size);
    });
  };
  return format;
}

}  // namespace sam
