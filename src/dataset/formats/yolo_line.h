// One line of a YOLO label file of any kind, and its numbers. See docs/formats.md.
// Threading: free functions without state.
#pragma once

#include <string>
#include <string_view>

#include "dataset/annotation.h"

namespace sam {

// Of coordinates, in fractions of the picture's side. ultralytics writes 6. With 9 a corner of a 10,000 px picture is off by at most
// 0.000005 px, and parse_yolo_line(), which knows how many digits a number was written with, gives whole pixels back as whole pixels:
// outlines along pixels come back exactly up to 50,000,000 px, those of 6 digits up to 100,000 px.
inline constexpr int yolo_decimals = 9;

enum class YoloKind { detection, segmentation, obb };

// The first line of the data.yaml that we write, which tells the kind where lines alone do not: a polygon of four corners is an oriented box too.
std::string_view yolo_headline(YoloKind kind);

// "class cx cy w h [confidence]" becomes the box's prompt and rectangle; "class x1 y1 … x4 y4 [confidence]" of obb four corners, which may lie outside
// the picture; "class x1 y1 x2 y2 x3 y3 …" a polygon with its parts and holes apart (split_ring). Each kind takes the lines of the others as far as
// they cannot be mistaken. Values up to 0.01 outside [0, 1] are clipped, as ultralytics does. Sets class_id, polygon, prompt, score.
// Throws AnnotationFileError.
Annotation parse_yolo_line(std::string_view line, Size size, YoloKind kind);

// The coordinates of a line. Empty if the annotation has no area. exact: outlines of the mask to the pixel, in place of the polygon.
std::string yolo_box_text(const Annotation& annotation, Size size);
std::string yolo_corners_text(const Annotation& annotation, Size size);
std::string yolo_polygon_text(const Annotation& annotation, Size size, bool exact);

}  // namespace sam
