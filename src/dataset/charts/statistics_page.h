// Statistics as a page of its own: one HTML file with charts and tables, for both themes and for paper, that loads nothing and runs no script.
// Threading: free function without state.
#pragma once

#include <string>

#include "dataset/statistics.h"

namespace sam {

struct StatisticsPageWords {
  std::string project;  // its name
  std::string time;     // when it was counted, for people
};

std::string statistics_page(const Statistics& statistics, const ClassList& classes, const StatisticsPageWords& words);

}  // namespace sam
