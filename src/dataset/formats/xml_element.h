// XML as the formats need it: elements with attributes, text and children.
// Threading: values and free functions; no shared state.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sam {

struct XmlElement {
  std::string name;
  std::vector<std::pair<std::string, std::string>> attributes;
  std::string text;  // its own, without blanks at both ends
  std::vector<XmlElement> children;

  const std::string* attribute(std::string_view attribute_name) const;  // null: none
  const XmlElement* child(std::string_view child_name) const;           // the first; null: none
  std::string_view child_text(std::string_view child_name) const;       // of the first; empty: none
};

// Told of the root, without its children, and then of each child as it ends. False: that is enough.
struct XmlUse {
  std::function<bool(const XmlElement& root)> root;
  std::function<bool(const XmlElement& child)> child;
};

// Memory: one child of the root. Throws FormatError naming place, line and byte: not well-formed, a document type, nested deeper than
// max_xml_depth, a child of more than a million elements and attributes.
void read_xml(std::string_view text, const std::string& place, const XmlUse& use);

// As it stands between tags or in quotes: & < > " and line ends escaped; what XML cannot hold (control characters, bytes that are not
// UTF-8) becomes '?'.
std::string xml_escaped(std::string_view text);

}  // namespace sam
