// What an XML file of VOC's says of its picture.
// Threading: free functions, no state.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dataset/formats/shape_objects.h"

namespace sam {

struct VocHead {
  std::string file_name;  // empty: not said
  Size size;              // 0: not said
};

struct VocObject {
  Shape shape;
  Box box;  // pixels; of a polygon, too
};

struct VocFile {
  VocHead head;
  std::vector<VocObject> objects;  // in the file's order
  std::vector<std::string> warnings;
};

// Reads no further than the file's name, if it comes first. Throws FormatError.
std::string read_voc_file_name(std::string_view text, const std::string& place);

// Throws FormatError: no <annotation>, an object without a box and an outline, a coordinate that is no number.
VocFile parse_voc_file(std::string_view text, const std::string& place);

// VOC counts pixels from 1 and names the last one: the box [0, 1) x [0, 1) is xmin 1, ymin 1, xmax 1, ymax 1.
std::string format_voc_object(const StoredAnnotation& stored);

}  // namespace sam
