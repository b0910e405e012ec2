// Counts over a whole project, as the original's --export_stats writes them.
// Threading: as the store's.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "dataset/store.h"

namespace sam {

struct Statistics {
  std::size_t images = 0;
  std::size_t labelled_images = 0;
  std::size_t annotations = 0;
  std::map<int, std::size_t> annotations_by_class;  // class id
  std::map<int, std::uint64_t> pixels_by_class;
  std::vector<std::string> unreadable;  // "name: reason"
};

// Reads every picture's annotations, one at a time. A picture that cannot be read is listed, not an error.
Statistics count_annotations(Store& store);

// JSON text, indented; class names from the list.
std::string statistics_json(const Statistics& statistics, const ClassList& classes);

}  // namespace sam
