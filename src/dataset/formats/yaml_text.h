// YAML, in and out, as far as lists of classes need it: texts, lists and maps. What a text means (a number, "no") is the caller's business.
// Threading: values and free functions; no shared state.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sam {

struct YamlNode {
  enum class Kind { text, list, map };
  Kind kind = Kind::text;
  std::string text;
  std::vector<YamlNode> items;                           // of a list
  std::vector<std::pair<std::string, YamlNode>> fields;  // of a map, in the file's order
  std::size_t line = 0;                                  // from 1

  // Null if there is no such field.
  const YamlNode* find(std::string_view key) const;
};

// The only document of text, UTF-8. Nothing grows beyond the text: aliases are refused, and so are nesting deeper than 16 and keys that are
// no texts. An empty text is an empty map. Throws FormatError naming place and line.
YamlNode parse_yaml(std::string_view text, const std::string& place);

// text as a YAML scalar on one line, in double quotes, so that "no" and "1" stay texts. Bytes that are not UTF-8 become "?".
std::string yaml_scalar(std::string_view text);

}  // namespace sam
