#include "dataset/charts/chart_palette.h"

namespace sam {

const ChartPalette& light_palette() {
  static const ChartPalette palette = {"#ffffff", "#1c2127", "#5b6570", "#c9d0d8",
                                       "#3a7ca5", "#2f8f5b", "#c98a1b", "#c2453d"};
  return palette;
}

const ChartPalette& dark_palette() {
  static const ChartPalette palette = {"#16191d", "#eceff2", "#a3adb8", "#3d4650",
                                       "#63a8d2", "#56b884", "#e0aa45", "#e5736b"};
  return palette;
}

const ChartPalette& variable_palette() {
  static const ChartPalette palette = {"var(--chart-background)", "var(--chart-ink)", "var(--chart-muted)",
                                       "var(--chart-line)",       "var(--chart-bar)", "var(--chart-good)",
                                       "var(--chart-waiting)",    "var(--chart-bad)"};
  return palette;
}

std::string chart_variables(const ChartPalette& palette) {
  return "--chart-background:" + palette.background + ";--chart-ink:" + palette.ink +
         ";--chart-muted:" + palette.muted + ";--chart-line:" + palette.line + ";--chart-bar:" + palette.bar +
         ";--chart-good:" + palette.good + ";--chart-waiting:" + palette.waiting + ";--chart-bad:" + palette.bad + ";";
}

}  // namespace sam
