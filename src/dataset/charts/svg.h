// Writes SVG as text. Words may be any bytes: they are escaped here, and what is no UTF-8 is replaced.
// Threading: belongs to one thread; free functions without state.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "dataset/charts/chart_palette.h"

namespace sam {

// For XML's and HTML's text and attributes in double quotes. Control characters, which XML does not have, become "?".
std::string escaped_markup(std::string_view text);

// At most `length` characters (code points, 1 or more), the last of them … if something was left out; of a name with levels
// (animal/cat) the first, since those below one level begin alike.
std::string shortened(std::string_view text, std::size_t length);

// "1,234,567"
std::string count_with_commas(std::size_t count);

class Svg {
 public:
  enum class Align { start, middle, end };
  struct Words {
    double size = 13;
    Align align = Align::start;
    bool bold = false;
  };

  // title: what the picture shows, for who hears it.
  Svg(double width, double height, std::string_view title, const ChartPalette& palette);

  void rectangle(double x, double y, double width, double height, const std::string& colour,
                 std::string_view hint = {});
  void outlined(double x, double y, double width, double height, const std::string& colour, const std::string& edge,
                std::string_view hint = {});
  // share: how opaque, 0 to 1.
  void tinted(double x, double y, double width, double height, const std::string& colour, double share,
              std::string_view hint = {});
  void line(double x0, double y0, double x1, double y1, const std::string& colour);
  void words(double x, double y, std::string_view text, const std::string& colour, const Words& how);
  // The same from the bottom to the top.
  void words_upwards(double x, double y, std::string_view text, const std::string& colour, const Words& how);

  std::string finish() &&;

 private:
  void shape(const std::string& element, std::string_view hint);

  std::string text_;
};

}  // namespace sam
