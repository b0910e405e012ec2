#include <array>

#include "dataset/charts/bars.h"
#include "dataset/charts/charts.h"
#include "dataset/charts/svg.h"

namespace sam {

std::string draw_states(const Statistics& statistics, const ClassList&, const ChartPalette& palette) {
  struct Row {
    ImageKind kind;
    const char* name;
    const std::string& colour;
  };
  const std::array<Row, image_kinds> rows = {{{ImageKind::fresh, "new", palette.muted},
                                              {ImageKind::labelled, "labelled", palette.bar},
                                              {ImageKind::empty, "nothing on it", palette.bar},
                                              {ImageKind::proposed, "with proposals", palette.waiting},
                                              {ImageKind::reviewed, "reviewed", palette.good},
                                              {ImageKind::faulty, "marked as faulty", palette.bad},
                                              {ImageKind::broken, "cannot be read", palette.bad}}};
  BarChart chart{"Images by state", "images", "", {}, "", "No image yet."};
  if (statistics.images == 0) return draw_lying_bars(chart, palette);
  for (const Row& row : rows) {
    const std::size_t count = statistics.kinds[static_cast<std::size_t>(row.kind)];
    const std::size_t tenths = (count * 1000 + statistics.images / 2) / statistics.images;
    const std::string share = std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " %";
    chart.bars.push_back(
        {row.name, static_cast<double>(count), count_with_commas(count) + " (" + share + ")", row.colour});
  }
  return draw_lying_bars(chart, palette);
}

}  // namespace sam
