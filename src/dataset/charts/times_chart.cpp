#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "dataset/charts/bars.h"
#include "dataset/charts/charts.h"
#include "dataset/charts/svg.h"
#include "image/class_colour.h"

namespace sam {
namespace {

std::string seconds_text(double seconds) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), seconds < 10 ? "%.1f s" : "%.0f s", seconds);
  return text.data();
}

}  // namespace

std::string draw_times(const Statistics& statistics, const ClassList& classes, const ChartPalette& palette) {
  std::vector<std::pair<double, int>> by_time;  // median, class
  for (const auto& [id, counted] : statistics.classes) {
    if (counted.times.count() > 0) by_time.emplace_back(counted.times.median_s(), id);
  }
  std::sort(by_time.begin(), by_time.end(),
            [](const auto& a, const auto& b) { return std::pair(b.first, a.second) < std::pair(a.first, b.second); });
  BarChart chart{"Time of an object", "median seconds", "", {}, "", "Of no object it is known how long it took."};
  for (std::size_t i = 0; i < std::min(by_time.size(), most_classes_drawn); ++i) {
    const auto [median, id] = by_time[i];
    const std::size_t objects = statistics.classes.at(id).times.count();
    chart.bars.push_back({shown_class_name(id, classes), median,
                          seconds_text(median) + " (" + count_with_commas(objects) + ")",
                          colour_text(class_colour(id))});
  }
  if (!by_time.empty()) {
    chart.note = "All: " + seconds_text(statistics.times.median_s()) + " in the median of " +
                 count_with_commas(statistics.times.count()) +
                 " objects whose time is known (their number in brackets)";
    if (by_time.size() > most_classes_drawn) {
      chart.note += "; " + std::to_string(by_time.size() - most_classes_drawn) + " quicker classes are not drawn";
    }
  }
  return draw_lying_bars(chart, palette);
}

}  // namespace sam
