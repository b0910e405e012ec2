// The words of one line of a YOLO label file, "class x y …", checked. Used for a project's own labels and for datasets.
// Threading: free functions without state.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sam {

// Between blanks; none for a blank line.
std::vector<std::string_view> label_words(std::string_view line);

// Each throws AnnotationFileError saying what was expected and what was found.
int label_class(std::string_view word);      // 0 or more
double label_number(std::string_view word);  // finite
// value if it is in [0, 1], clipped if it is at most 0.001 outside; word: for the message.
double label_fraction(double value, std::string_view word);

// In quotes, printable and short: the bytes may be anything and go to a page.
std::string shown_word(std::string_view word);

}  // namespace sam
