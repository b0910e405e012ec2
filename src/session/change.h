// One change of a picture's annotations as a value that can be done, undone and kept on disk.
// Values; no shared state.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "dataset/annotation.h"

namespace sam {

struct Change {
  struct Entry {
    std::size_t index = 0;
    Annotation annotation;
    bool operator==(const Entry&) const = default;
  };
  std::vector<Entry> removed;  // ascending; indices in the list before
  std::vector<Entry> added;    // ascending; indices in the list after

  bool empty() const { return removed.empty() && added.empty(); }
  bool operator==(const Change&) const = default;
};

Change inverse(Change change);

// Throws EditError, and changes nothing, if the list is not the one the change was made on.
void apply_change(PictureAnnotations& content, const Change& change);

// One line of JSON without line breaks; parse_change(change_text(c)) == c. Throws DamagedHistory for anything else.
std::string change_text(const Change& change);
Change parse_change(std::string_view text);

}  // namespace sam
