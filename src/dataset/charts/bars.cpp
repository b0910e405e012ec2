#include "dataset/charts/bars.h"

#include <algorithm>
#include <cmath>

#include "dataset/charts/charts.h"
#include "dataset/charts/svg.h"

namespace sam {
namespace {

constexpr double margin = 16;
constexpr double title_height = 44;
constexpr double title_size = 15;
constexpr double row_height = 24;
constexpr double bar_height = 16;
constexpr double names_width = 168;
constexpr double values_width = 92;
constexpr std::size_t name_letters = 22;
constexpr double note_height = 22;
constexpr double standing_height = 220;
constexpr double small = 12;

double largest_of(const std::vector<ChartBar>& bars) {
  double largest = 0;
  for (const ChartBar& bar : bars) largest = std::max(largest, bar.value);
  return largest;
}

void write_title(Svg& svg, const BarChart& chart, const ChartPalette& palette) {
  svg.words(margin, margin + title_size - 2, chart.title, palette.ink, {title_size, Svg::Align::start, true});
  svg.words(chart_width - margin, margin + title_size - 2, chart.axis, palette.muted, {small, Svg::Align::end, false});
}

std::string draw_empty(const BarChart& chart, const ChartPalette& palette) {
  constexpr double height = 96;
  Svg svg(chart_width, height, chart.title + ": " + chart.empty, palette);
  write_title(svg, chart, palette);
  svg.words(margin, title_height + row_height, chart.empty, palette.muted, {});
  return std::move(svg).finish();
}

}  // namespace

double scale_step(double largest) {
  double power = 1;
  for (;; power *= 10) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      if (largest <= 5 * factor * power) return factor * power;
    }
  }
}

std::string draw_lying_bars(const BarChart& chart, const ChartPalette& palette) {
  if (chart.bars.empty()) return draw_empty(chart, palette);
  const double rows = row_height * static_cast<double>(chart.bars.size());
  const double height = title_height + rows + (chart.note.empty() ? 0 : note_height) + margin;
  Svg svg(chart_width, height, chart.title, palette);
  write_title(svg, chart, palette);
  const double left = margin + names_width;
  const double width = chart_width - left - values_width - margin;
  const double largest = largest_of(chart.bars);
  double y = title_height;
  for (const ChartBar& bar : chart.bars) {
    const double middle = y + row_height / 2;
    const double length = largest > 0 ? bar.value / largest * width : 0;
    const std::string hint = bar.name + ": " + bar.text;
    svg.words(left - 10, middle + 4.5, shortened(bar.name, name_letters), palette.ink, {13, Svg::Align::end, false});
    if (bar.value > 0) {
      svg.outlined(left, middle - bar_height / 2, std::max(1.0, length), bar_height, bar.colour, palette.line, hint);
    }
    svg.words(left + length + 8, middle + 4.5, bar.text, palette.muted, {small, Svg::Align::start, false});
    y += row_height;
  }
  svg.line(left, title_height, left, title_height + rows, palette.line);
  if (!chart.note.empty())
    svg.words(margin, y + note_height - 4, chart.note, palette.muted, {small, Svg::Align::start, false});
  return std::move(svg).finish();
}

std::string draw_standing_bars(const BarChart& chart, const ChartPalette& palette) {
  if (chart.bars.empty()) return draw_empty(chart, palette);
  constexpr double left = margin + 62;
  constexpr double right = chart_width - margin;
  constexpr double top = title_height + 12;
  constexpr double bottom = top + standing_height;
  constexpr double height = bottom + 52;
  constexpr double widest = 72;
  Svg svg(chart_width, height, chart.title, palette);
  svg.words(margin, margin + title_size - 2, chart.title, palette.ink, {title_size, Svg::Align::start, true});
  const double step = scale_step(largest_of(chart.bars));
  const double scale = step * std::max(1.0, std::ceil(largest_of(chart.bars) / step));
  for (double value = 0; value <= scale; value += step) {
    const double y = bottom - value / scale * standing_height;
    svg.line(left, y, right, y, palette.line);
    svg.words(left - 8, y + 4, count_with_commas(static_cast<std::size_t>(value)), palette.muted,
              {small, Svg::Align::end, false});
  }
  svg.words_upwards(margin + 10, (top + bottom) / 2, chart.axis, palette.muted, {small, Svg::Align::middle, false});
  const double room = std::min(widest, (right - left) / static_cast<double>(chart.bars.size()));
  double x = left;
  for (const ChartBar& bar : chart.bars) {
    const double length = bar.value / scale * standing_height;
    if (bar.value > 0) {
      svg.rectangle(x + room * 0.12, bottom - std::max(1.0, length), room * 0.76, std::max(1.0, length), bar.colour,
                    bar.name + ": " + bar.text);
    }
    svg.words(x + room / 2, bottom + 17, bar.name, palette.ink, {room < 34 ? 9.5 : small, Svg::Align::middle, false});
    x += room;
  }
  svg.words((left + right) / 2, bottom + 40, chart.names, palette.muted, {small, Svg::Align::middle, false});
  return std::move(svg).finish();
}

}  // namespace sam
