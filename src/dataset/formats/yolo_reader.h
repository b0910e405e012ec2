// Reads YOLO datasets of all kinds: one label file a picture. See docs/formats.md.
// Threading: as format.h says of readers; holds the names of all pictures.
#pragma once

#include <memory>

#include "dataset/formats/format.h"
#include "dataset/formats/yolo_line.h"

namespace sam {

std::unique_ptr<FormatReader> read_yolo(const ReadRequest& request, YoloKind kind);

// Whether in looks like a YOLO dataset of that kind: by a few of its label files, whose lines are all boxes (detection), all
// parallelograms of four corners (obb), or else polygons, or empty (segmentation).
bool recognise_yolo(FileSystem& files, const std::filesystem::path& in, YoloKind kind);

}  // namespace sam
