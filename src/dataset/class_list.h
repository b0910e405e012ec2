// The classes of a project: a CSV with the header class_name; a class's id is its row, from 0.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sam {

struct ClassList {
  std::vector<std::string> names;     // index: class id
  std::vector<std::string> warnings;  // for the user: a renamed header, an empty or repeated row
};

// text: the CSV file (RFC 4180; UTF-8, with or without BOM; any line end). Headers that the original accepts after asking (className, name,
// class, category, label) are taken with a warning. Any number of classes. Throws DatasetError naming the line.
ClassList parse_class_list(std::string_view text, const std::string& file_name);

}  // namespace sam
