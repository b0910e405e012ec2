// Writes YOLO datasets of all kinds: ultralytics' layout, one label file a picture, and data.yaml. See docs/formats.md.
// Threading: as format.h says of writers.
#pragma once

#include <memory>
#include <string>

#include "dataset/formats/format.h"
#include "dataset/formats/yolo_line.h"

namespace sam {

// The coordinates of an annotation's line; empty: it has no area and is left out.
using YoloText = std::string (*)(const Annotation& annotation, Size size, bool exact_masks);

std::unique_ptr<FormatWriter> write_yolo(const WriteRequest& request, YoloKind kind, YoloText text);

}  // namespace sam
