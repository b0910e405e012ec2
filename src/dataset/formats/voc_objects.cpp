#include "dataset/formats/voc_objects.h"

#include <algorithm>
#include <numbers>

#include "dataset/formats/number_text.h"
#include "dataset/formats/shape_outlines.h"
#include "dataset/formats/shown_text.h"
#include "dataset/formats/xml_element.h"

namespace sam {
namespace {

// Elements of their own in VOC, and what they say where nothing is known.
struct OwnField {
  std::string_view name;
  std::string_view unknown;
};
constexpr OwnField own_fields[] = {{"pose", "Unspecified"}, {"truncated", "0"}, {"difficult", "0"}, {"occluded", "0"}};

// Whether the element can hold the value: yes and no are 1 and 0.
bool is_own(const OwnField& field, std::string_view value) {
  return field.name == "pose" ? !value.empty() && value != field.unknown : value == "1";
}

const OwnField* find_own(std::string_view name) {
  const auto* found = std::find_if(std::begin(own_fields), std::end(own_fields),
                                   [&](const OwnField& field) { return field.name == name; });
  return found == std::end(own_fields) ? nullptr : found;
}

std::string tagged(std::string_view name, std::string_view value) {
  return "<" + std::string(name) + ">" + xml_escaped(value) + "</" + std::string(name) + ">";
}

double number(const XmlElement& parent, std::string_view name, const std::string& place) {
  const XmlElement* element = parent.child(name);
  if (element == nullptr) throw FormatError(place, "<" + parent.name + "> has no <" + std::string(name) + ">");
  return parse_coordinate(element->text, place, name);
}

// The numbers as they stand there: pixels from 1, the last one included.
Box stated_box(const XmlElement& box, const std::string& place) {
  const double x0 = number(box, "xmin", place);
  const double y0 = number(box, "ymin", place);
  const double x1 = number(box, "xmax", place);
  const double y1 = number(box, "ymax", place);
  return {std::min(x0, x1), std::min(y0, y1), std::max(x0, x1), std::max(y0, y1)};
}

// "x,y x,y …", as the tool wrote it that this one follows.
void add_listed_points(std::string_view text, Ring& ring, const std::string& place) {
  constexpr std::string_view blanks = " \t\r\n;";
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    if (text.empty()) return;
    const std::string_view point = text.substr(0, text.find_first_of(blanks));
    const std::size_t comma = point.find(',');
    if (comma == std::string_view::npos) {
      throw FormatError(place, "a point is " + shown_text(point) + ", not x,y");
    }
    ring.push_back({parse_coordinate(point.substr(0, comma), place, "x of a point"),
                    parse_coordinate(point.substr(comma + 1), place, "y of a point")});
    text.remove_prefix(point.size());
  }
}

// <points>x,y …</points>; <pt><x/><y/></pt> …; or <x1/><y1/><x2/><y2/> ….
Ring polygon_of(const XmlElement& polygon, const std::string& place) {
  Ring ring;
  double x = 0;
  for (const XmlElement& child : polygon.children) {
    if (child.name == "points") {
      add_listed_points(child.text, ring, place);
    } else if (child.name == "pt") {
      ring.push_back({number(child, "x", place), number(child, "y", place)});
    } else if (child.name.size() > 1 && child.name[0] == 'x') {
      x = parse_coordinate(child.text, place, "x of a point");
    } else if (child.name.size() > 1 && child.name[0] == 'y') {
      ring.push_back({x, parse_coordinate(child.text, place, "y of a point")});
    }
  }
  return ring;
}

Box bounds_of(const Ring& ring) {
  Box box{ring[0].x, ring[0].y, ring[0].x, ring[0].y};
  for (const Point& point : ring) {
    box = {std::min(box.x0, point.x), std::min(box.y0, point.y), std::max(box.x1, point.x), std::max(box.y1, point.y)};
  }
  return box;
}

// roLabelImg's: centre, sides, and an angle in radians.
Ring turned_box_of(const XmlElement& box, const std::string& place) {
  const Point centre{number(box, "cx", place), number(box, "cy", place)};
  const double half_width = number(box, "w", place) / 2;
  const double half_height = number(box, "h", place) / 2;
  return turned_box({centre.x - half_width, centre.y - half_height, centre.x + half_width, centre.y + half_height},
                    number(box, "angle", place) * 180 / std::numbers::pi);
}

void read_attributes(const XmlElement& object, Shape& shape) {
  for (const OwnField& field : own_fields) {
    const std::string_view value = object.child_text(field.name);
    if (is_own(field, value)) shape.attributes[std::string(field.name)] = value;
  }
  const XmlElement* attributes = object.child("attributes");
  if (attributes == nullptr) return;
  for (const XmlElement& each : attributes->children) {
    const std::string name(each.child_text("name"));
    if (!name.empty()) shape.attributes[name] = each.child_text("value");
  }
}

VocObject object_of(const XmlElement& element, const std::string& place) {
  VocObject object;
  object.shape.label = element.child_text("name");
  read_attributes(element, object.shape);
  Ring ring;
  if (const XmlElement* polygon = element.child("polygon")) ring = polygon_of(*polygon, place);
  if (const XmlElement* turned = element.child("robndbox"); turned != nullptr && ring.empty()) {
    ring = turned_box_of(*turned, place);
  }
  const XmlElement* box = element.child("bndbox");
  if (ring.size() >= 3) {
    object.box = bounds_of(ring);
    object.shape.polygon = {{std::move(ring), {}}};
  } else if (box != nullptr) {
    object.box = stated_box(*box, place);
    object.shape.box = object.box;
  } else {
    throw FormatError(place, "an object has neither <bndbox> nor a <polygon> of 3 points");
  }
  return object;
}

// Pixels are counted from 1; but tools that count from 0 are many, and a 0 gives them away.
void place_boxes(VocFile& file) {
  const auto is_zero_based = [](const VocObject& object) {
    return object.shape.box && (object.shape.box->x0 < 1 || object.shape.box->y0 < 1);
  };
  const bool from_zero = std::any_of(file.objects.begin(), file.objects.end(), is_zero_based);
  if (from_zero) file.warnings.emplace_back("its boxes count pixels from 0, not from 1");
  for (VocObject& object : file.objects) {
    if (!object.shape.box) continue;
    const double first = from_zero ? 0 : 1;
    const Box stated = *object.shape.box;
    object.box = {stated.x0 - first, stated.y0 - first, stated.x1, stated.y1};
    object.shape.box = object.box;
    object.shape.polygon = box_polygon(object.box);
  }
}

void require_annotation(const XmlElement& root, const std::string& place) {
  if (root.name == "annotation") return;
  throw FormatError(place, "its outermost element is " + shown_text(root.name) + ", not <annotation>");
}

}  // namespace

std::string read_voc_file_name(std::string_view text, const std::string& place) {
  std::string name;
  const auto root = [&](const XmlElement& element) {
    require_annotation(element, place);
    return true;
  };
  const auto child = [&](const XmlElement& element) {
    if (element.name == "filename") name = element.text;
    return element.name != "filename";
  };
  read_xml(text, place, {root, child});
  return name;
}

VocFile parse_voc_file(std::string_view text, const std::string& place) {
  VocFile file;
  const auto root = [&](const XmlElement& element) {
    require_annotation(element, place);
    return true;
  };
  const auto child = [&](const XmlElement& element) {
    if (element.name == "filename") {
      file.head.file_name = element.text;
    } else if (element.name == "size") {
      const std::string_view width = element.child_text("width");
      const std::string_view height = element.child_text("height");
      if (width != "0" && height != "0" && !width.empty()) file.head.size = parse_size(width, height, place);
    } else if (element.name == "object") {
      file.objects.push_back(object_of(element, place + ", object " + std::to_string(file.objects.size())));
    }
    return true;
  };
  read_xml(text, place, {root, child});
  place_boxes(file);
  return file;
}

std::string format_voc_object(const StoredAnnotation& stored) {
  const Annotation& annotation = stored.annotation;
  std::string own;
  for (const OwnField& field : own_fields) {
    const auto found = annotation.attributes.find(std::string(field.name));
    const bool known = found != annotation.attributes.end() && is_own(field, found->second);
    own += "    " + tagged(field.name, known ? std::string_view(found->second) : field.unknown) + "\n";
  }
  std::string others;
  for (const auto& [name, value] : annotation.attributes) {
    const OwnField* field = find_own(name);
    if (field != nullptr && is_own(*field, value)) continue;
    others += "      <attribute>" + tagged("name", name) + tagged("value", value) + "</attribute>\n";
  }
  if (!others.empty()) others = "    <attributes>\n" + others + "    </attributes>\n";
  const Box box = mask_box(annotation.mask);
  const auto pixel = [](std::string_view name, double value) {
    return tagged(name, std::to_string(static_cast<int>(value)));
  };
  return "  <object>\n    " + tagged("name", stored.class_name) + "\n" + own + "    <bndbox>" +
         pixel("xmin", box.x0 + 1) + pixel("ymin", box.y0 + 1) + pixel("xmax", box.x1) + pixel("ymax", box.y1) +
         "</bndbox>\n" + others + "  </object>\n";
}

}  // namespace sam
