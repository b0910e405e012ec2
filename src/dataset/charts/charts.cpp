#include "dataset/charts/charts.h"

#include <algorithm>

namespace sam {

const std::vector<Chart>& charts() {
  static const std::vector<Chart> all = {{"classes", draw_classes}, {"states", draw_states},
                                         {"areas", draw_areas},     {"positions", draw_positions},
                                         {"objects", draw_objects}, {"times", draw_times}};
  return all;
}

const Chart* find_chart(std::string_view name) {
  const auto found =
      std::find_if(charts().begin(), charts().end(), [&](const Chart& each) { return each.name == name; });
  return found == charts().end() ? nullptr : &*found;
}

}  // namespace sam
