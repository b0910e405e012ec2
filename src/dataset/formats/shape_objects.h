// From shapes, as annotation tools draw them, to objects: shapes of one label and group are the parts of one object.
// Threading: values; no shared state.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dataset/formats/format.h"

namespace sam {

struct Shape {
  std::string label;
  std::string group;  // empty: an object of its own
  Polygon polygon;    // this or mask
  Mask mask;          // of the picture's size
  std::optional<Box> box;
  std::map<std::string, std::string> attributes;
  double score = 0;
};

// A polygon of whatever points: a rectangle's corners.
Polygon box_polygon(Box box);

class ShapeObjects {
 public:
  // place: for messages. size: the picture's.
  ShapeObjects(Size size, std::string place) : size_(size), place_(std::move(place)) {}

  // A shape that leaves the picture is cut at its edges; one without a label or outside the picture becomes a warning. Throws FormatError:
  // an outline of too much work.
  void add(Shape shape);
  // "PLACE: what"; after 20 only counted.
  void warn(const std::string& what);
  // The objects in the order of their first shapes.
  std::vector<StoredAnnotation> take_annotations();
  std::vector<std::string> take_warnings();

 private:
  struct Object {
    StoredAnnotation stored;
    std::vector<Mask> masks;
  };
  void add_to(Object& object, Shape&& shape);

  Size size_;
  std::string place_;
  std::vector<Object> objects_;
  std::map<std::pair<std::string, std::string>, std::size_t> by_group_;
  std::vector<std::string> warnings_;
  std::size_t unsaid_ = 0;
};

}  // namespace sam
