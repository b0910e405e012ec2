// Bars that charts are made of: lying ones with their names on the left, or standing ones on a scale.
// Threading: free functions without state.
#pragma once

#include <string>
#include <vector>

#include "dataset/charts/chart_palette.h"

namespace sam {

struct ChartBar {
  std::string name;
  double value = 0;
  std::string text;    // the value, for people
  std::string colour;  // as CSS writes it
};

struct BarChart {
  std::string title;
  std::string axis;   // what the values are
  std::string names;  // standing bars: what the names are
  std::vector<ChartBar> bars;
  std::string note;   // below; empty: none
  std::string empty;  // said instead if there are no bars
};

std::string draw_lying_bars(const BarChart& chart, const ChartPalette& palette);
// Values are counts.
std::string draw_standing_bars(const BarChart& chart, const ChartPalette& palette);

// Steps of 1, 2 or 5 times a power of ten, whole numbers, at most five of them up to `largest`; at least 1.
double scale_step(double largest);

}  // namespace sam
