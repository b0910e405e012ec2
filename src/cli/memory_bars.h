// Memory as lines for a terminal. Everything is ASCII but the colours, so that a byte is a column.
// Threading: free functions without state.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/shown_memory.h"

namespace sam {

struct BarStyle {
  std::size_t width = 80;  // columns; at least 40
  bool colour = false;     // otherwise letters tell who holds what
};

// A line and the columns it takes: colours take bytes, but no columns.
struct ScreenLine {
  std::string text;
  std::size_t columns = 0;
};

// A head, then a domain's numbers, its bar and its legend.
std::vector<ScreenLine> memory_screen(const ShownMemory& memory, const BarStyle& style);

// Everything in one line, for a file: "12:30:01 Host normal, annotator 1.5 GB of 6.9 GB (22%), all 2.6 GB of 8.0 GB (32%), weights 362 MB; …"
std::string memory_log_line(const ShownMemory& memory, const std::string& time);

}  // namespace sam
