// YAML, in and out, as far as lists of classes need it: texts, lists and maps. What a text means (a number, "no") is the caller's business.
// Threading: values and free functions; no shared state.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sam {

struct YamlField;

struct YamlNode {
  enum class Kind { text, list, map };
  Kind kind = Kind::text;
  std::string text;
  std::vector<YamlNode> items;    // of a list
  std::vector<YamlField> fields;  // of a map, in the file's order
  std::size_t line = 0;           // from 1

  // Null if there is no such field.
  const YamlNode* find(std::string_view key) const;
};

// No pair: clang asks a pair what it can do while the node is still being defined.
struct YamlField {
  std::string name;
  YamlNode value;
};

// The only document of text, UTF-8. Nothing grows beyond the text: aliases are refused, and so are nesting deeper than 16 and keys that are
// no texts. An empty text is an empty map. Throws FormatError naming place and line.
YamlNode parse_yaml(std::string_view text, const std::string& place);

// text as a YAML scalar on one line, in double quotes, so that "no" and "1" stay texts. Bytes that are not UTF-8 become "?".
std::string yaml_scalar(std::string_view text);

}  // namespace sam
