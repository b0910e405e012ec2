// Statistics as pictures: SVG text, one function a chart, each in a file of its own.
// Threading: free functions without state.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dataset/charts/chart_palette.h"
#include "dataset/statistics.h"

namespace sam {

inline constexpr double chart_width = 640;
inline constexpr std::size_t most_classes_drawn = 40;

// Objects of each class, the most frequent first.
std::string draw_classes(const Statistics& statistics, const ClassList& classes, const ChartPalette& palette);
// Images by what they are.
std::string draw_states(const Statistics& statistics, const ClassList& classes, const ChartPalette& palette);
// Objects by area, in powers of two.
std::string draw_areas(const Statistics& statistics, const ClassList& classes, const ChartPalette& palette);
// Where in their images objects are.
std::string draw_positions(const Statistics& statistics, const ClassList& classes, const ChartPalette& palette);
// Images by their number of objects.
std::string draw_objects(const Statistics& statistics, const ClassList& classes, const ChartPalette& palette);
// Median time of an object, by class, the slowest first.
std::string draw_times(const Statistics& statistics, const ClassList& classes, const ChartPalette& palette);

struct Chart {
  std::string_view name;  // "classes"
  std::string (*draw)(const Statistics&, const ClassList&, const ChartPalette&);
};
const std::vector<Chart>& charts();
// Null if there is none of that name.
const Chart* find_chart(std::string_view name);

}  // namespace sam
