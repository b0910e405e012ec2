// The colours of charts, as CSS writes them. Classes have their own (image/class_colour.h).
// Threading: values.
#pragma once

#include <string>

namespace sam {

struct ChartPalette {
  std::string background;
  std::string ink;    // titles and numbers
  std::string muted;  // axes' words
  std::string line;   // axes, and round bars of classes
  std::string bar;
  // What images are.
  std::string good;
  std::string waiting;
  std::string bad;
};

const ChartPalette& light_palette();
const ChartPalette& dark_palette();
// var(--chart-ink) and so on, for a page that defines them (chart_variables).
const ChartPalette& variable_palette();
// "--chart-ink:#222;…"
std::string chart_variables(const ChartPalette& palette);

}  // namespace sam
