// The classes of a project: a CSV with the header class_name; a class's id is its row, from 0.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sam {

struct ClassList {
  std::vector<std::string> names;     // index: class id
  std::vector<std::string> warnings;  // for the user: a renamed header, an empty or repeated row
  bool operator==(const ClassList&) const = default;
};

// text: the CSV file (RFC 4180; UTF-8, with or without BOM; any line end). Headers that the original accepts after asking (className, name,
// class, category, label) are taken with a warning. Any number of classes; none is an error unless may_be_empty. Throws DatasetError naming the
// line.
ClassList parse_class_list(std::string_view text, const std::string& file_name, bool may_be_empty = false);

// The file with these classes; reading it gives them back, if each is a clean_class_name.
std::string format_class_list(const std::vector<std::string>& names);

// The file's text with a class after the others; other columns stay, and are empty for it. Throws DatasetError: there is one of that name, or the text is
// no class list, or none that this can be added to.
std::string with_class_added(std::string_view text, const std::string& name, const std::string& file_name);

// A name as a class list can hold it: control characters become blanks, blanks around it go. Empty if nothing is left.
std::string clean_class_name(std::string_view text);

}  // namespace sam
