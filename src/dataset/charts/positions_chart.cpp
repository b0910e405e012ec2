#include <algorithm>
#include <cmath>

#include "dataset/charts/charts.h"
#include "dataset/charts/svg.h"

namespace sam {

std::string draw_positions(const Statistics& statistics, const ClassList&, const ChartPalette& palette) {
  constexpr double margin = 16;
  constexpr double side = 320;
  constexpr double top = 68;
  constexpr double left = (chart_width - side) / 2;
  constexpr double cell = side / position_side;
  constexpr double small = 12;
  const std::size_t most = *std::max_element(statistics.positions.begin(), statistics.positions.end());
  Svg svg(chart_width, most == 0 ? top + 28 : top + side + 28, "Where objects are in their images", palette);
  svg.words(margin, margin + 13, "Where objects are", palette.ink, {15, Svg::Align::start, true});
  svg.words(chart_width - margin, margin + 13, "centres of objects' boxes", palette.muted,
            {small, Svg::Align::end, false});
  if (most == 0) {
    svg.words(margin, top, "No object yet.", palette.muted, {});
    return std::move(svg).finish();
  }
  for (std::size_t y = 0; y < position_side; ++y) {
    for (std::size_t x = 0; x < position_side; ++x) {
      const std::size_t count = statistics.positions[y * position_side + x];
      if (count == 0) continue;
      // By the root: places with few objects are to be told from those with none.
      const double share = 0.12 + 0.88 * std::sqrt(static_cast<double>(count) / static_cast<double>(most));
      svg.tinted(left + static_cast<double>(x) * cell, top + static_cast<double>(y) * cell, cell, cell, palette.bar,
                 share, count_with_commas(count) + (count == 1 ? " object" : " objects"));
    }
  }
  for (const double at : {0.0, 0.5, 1.0}) {
    svg.line(left + at * side, top, left + at * side, top + side, palette.line);
    svg.line(left, top + at * side, left + side, top + at * side, palette.line);
  }
  svg.words(left + side / 2, top - 8, "top of the image", palette.muted, {small, Svg::Align::middle, false});
  svg.words(left + side / 2, top + side + 18, "bottom", palette.muted, {small, Svg::Align::middle, false});
  svg.words(left - 10, top + side / 2 + 4, "left", palette.muted, {small, Svg::Align::end, false});
  svg.words(left + side + 10, top + side / 2 + 4, "right", palette.muted, {small, Svg::Align::start, false});
  // The scale: none to most.
  const double scale_left = left + side + 54;
  constexpr int steps = 5;
  for (int i = 0; i < steps; ++i) {
    svg.tinted(scale_left, top + side - 20.0 * (i + 1), 14, 20, palette.bar, 0.12 + 0.88 * i / (steps - 1));
  }
  svg.words(scale_left + 20, top + side - 4, "1", palette.muted, {small, Svg::Align::start, false});
  svg.words(scale_left + 20, top + side - 20.0 * steps + 11, count_with_commas(most), palette.muted,
            {small, Svg::Align::start, false});
  return std::move(svg).finish();
}

}  // namespace sam
