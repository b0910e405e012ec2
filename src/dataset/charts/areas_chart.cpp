#include <array>
#include <cstdio>

#include "dataset/charts/bars.h"
#include "dataset/charts/charts.h"
#include "dataset/charts/svg.h"

namespace sam {
namespace {

// 512, 1k, 64k, 1M: binary thousands, as the steps are powers of two.
std::string short_power(std::size_t step) {
  constexpr std::array<const char*, 4> units = {"", "k", "M", "G"};
  return std::to_string(std::size_t{1} << step % 10) + units[step / 10];
}

}  // namespace

std::string draw_areas(const Statistics& statistics, const ClassList&, const ChartPalette& palette) {
  BarChart chart{"Objects by area", "objects", "area from … px on, to the next (k: 1,024, M: 1,048,576)", {}, "",
                 "No object yet."};
  const auto& counts = statistics.area_histogram;
  std::size_t first = 0;
  std::size_t end = area_steps;
  while (end > 0 && counts[end - 1] == 0) --end;
  while (first < end && counts[first] == 0) ++first;
  for (std::size_t step = first; step < end; ++step) {
    chart.bars.push_back({short_power(step), static_cast<double>(counts[step]),
                          count_with_commas(counts[step]) + (counts[step] == 1 ? " object" : " objects"), palette.bar});
  }
  return draw_standing_bars(chart, palette);
}

}  // namespace sam
