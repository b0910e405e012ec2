#include "dataset/charts/bars.h"
#include "dataset/charts/charts.h"
#include "dataset/charts/svg.h"

namespace sam {

std::string draw_objects(const Statistics& statistics, const ClassList&, const ChartPalette& palette) {
  BarChart chart{"Images by number of objects", "images", "objects on the image", {}, "", "No image yet."};
  std::size_t end = object_steps;
  while (end > 0 && statistics.objects[end - 1] == 0) --end;
  for (std::size_t step = 0; step < end; ++step) {
    const std::size_t count = statistics.objects[step];
    chart.bars.push_back({object_step_text(step), static_cast<double>(count),
                          count_with_commas(count) + (count == 1 ? " image" : " images"), palette.bar});
  }
  return draw_standing_bars(chart, palette);
}

}  // namespace sam
