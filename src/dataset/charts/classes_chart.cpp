#include <algorithm>
#include <utility>

#include "dataset/charts/bars.h"
#include "dataset/charts/charts.h"
#include "dataset/charts/svg.h"
#include "image/class_colour.h"

namespace sam {

std::string draw_classes(const Statistics& statistics, const ClassList& classes, const ChartPalette& palette) {
  std::vector<std::pair<std::size_t, int>> by_count;  // objects, class
  for (const auto& [id, counted] : statistics.classes) by_count.emplace_back(counted.areas.count(), id);
  std::sort(by_count.begin(), by_count.end(),
            [](const auto& a, const auto& b) { return std::pair(b.first, a.second) < std::pair(a.first, b.second); });
  BarChart chart{"Objects by class", "objects", "", {}, "", "No object yet."};
  for (std::size_t i = 0; i < std::min(by_count.size(), most_classes_drawn); ++i) {
    const auto [count, id] = by_count[i];
    chart.bars.push_back({shown_class_name(id, classes), static_cast<double>(count), count_with_commas(count),
                          colour_text(class_colour(id))});
  }
  // In words: a bar of hundreds of classes would leave the others no length.
  if (by_count.size() > most_classes_drawn) {
    std::size_t rest = 0;
    for (std::size_t i = most_classes_drawn; i < by_count.size(); ++i) rest += by_count[i].first;
    chart.note = count_with_commas(by_count.size() - most_classes_drawn) + " more classes with " +
                 count_with_commas(rest) + " objects. ";
  }
  std::size_t without = 0;
  for (std::size_t id = 0; id < classes.names.size(); ++id) {
    without += statistics.classes.contains(static_cast<int>(id)) ? 0 : 1;
  }
  if (without > 0 && !by_count.empty()) {
    chart.note += count_with_commas(without) + (without == 1 ? " class has" : " classes have") + " no object.";
  }
  return draw_lying_bars(chart, palette);
}

}  // namespace sam
