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

// One line of JSON without line breaks; parse_change(change_text(c)) == c. Throws DamagedHistory for anything else. title: of lower-case letters and
// underscores; it may be empty, as it is in steps from before there were titles.
std::string change_text(const Change& change, std::string_view title = {});
Change parse_change(std::string_view text);
// The title in such a line, found without parsing it: it stands at the end.
std::string_view change_title(std::string_view text);

}  // namespace sam
