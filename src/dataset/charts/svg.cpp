#include "dataset/charts/svg.h"

#include <array>
#include <cstdio>
#include <vector>

#include "dataset/utf8.h"

namespace sam {
namespace {

// With at most one decimal: a tenth of a pixel is enough.
std::string number(double value) {
  std::array<char, 32> text{};
  const int length = std::snprintf(text.data(), text.size(), "%.1f", value);
  std::string result(text.data(), static_cast<std::size_t>(length));
  if (result.ends_with(".0")) result.resize(result.size() - 2);
  return result == "-0" ? "0" : result;
}

std::string attribute(const char* name, double value) {
  return std::string(" ") + name + "=\"" + number(value) + "\"";
}

std::string rectangle_start(double x, double y, double width, double height) {
  return "<rect" + attribute("x", x) + attribute("y", y) + attribute("width", width) + attribute("height", height);
}

const char* anchor(Svg::Align align) {
  if (align == Svg::Align::start) return "start";
  return align == Svg::Align::middle ? "middle" : "end";
}

std::string words_start(const std::string& colour, const Svg::Words& how) {
  return "<text style=\"fill:" + colour + "\" font-size=\"" + number(how.size) + "\" text-anchor=\"" +
         anchor(how.align) + "\"" + (how.bold ? " font-weight=\"600\"" : "");
}

}  // namespace

std::string escaped_markup(std::string_view text) {
  std::string result;
  std::size_t valid_end = first_invalid_utf8(text);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == valid_end) {
      result += '?';
      valid_end = i + 1 + first_invalid_utf8(text.substr(i + 1));
      continue;
    }
    const char c = text[i];
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      case '\t':
      case '\n':
        result += ' ';
        break;
      default:
        result += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
    }
  }
  return result;
}

std::string shortened(std::string_view text, std::size_t length) {
  std::vector<std::size_t> characters;  // where each begins
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) characters.push_back(i);
  }
  if (characters.size() <= length) return std::string(text);
  if (length < 2) return "…";
  if (text.find('/') == std::string_view::npos) return std::string(text.substr(0, characters[length - 1])) + "…";
  return "…" + std::string(text.substr(characters[characters.size() - (length - 1)]));
}

std::string count_with_commas(std::size_t count) {
  std::string text = std::to_string(count);
  for (std::size_t i = text.size(); i > 3;) text.insert(i -= 3, ",");
  return text;
}

Svg::Svg(double width, double height, std::string_view title, const ChartPalette& palette) {
  const std::string name = escaped_markup(title);
  text_ =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"" + name + "\"" + attribute("width", width) +
      attribute("height", height) + " viewBox=\"0 0 " + number(width) + " " + number(height) +
      "\" font-family=\"system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif\">" + "<title>" +
      name + "</title>" + "<rect width=\"100%\" height=\"100%\" style=\"fill:" + palette.background + "\"/>\n";
}

void Svg::shape(const std::string& element, std::string_view hint) {
  text_ += element;
  text_ += hint.empty() ? "/>\n" : "><title>" + escaped_markup(hint) + "</title></rect>\n";
}

void Svg::rectangle(double x, double y, double width, double height, const std::string& colour, std::string_view hint) {
  shape(rectangle_start(x, y, width, height) + " style=\"fill:" + colour + "\"", hint);
}

void Svg::outlined(double x, double y, double width, double height, const std::string& colour, const std::string& edge,
                   std::string_view hint) {
  shape(rectangle_start(x, y, width, height) + " style=\"fill:" + colour + ";stroke:" + edge + "\"", hint);
}

void Svg::tinted(double x, double y, double width, double height, const std::string& colour, double share,
                 std::string_view hint) {
  std::array<char, 16> opacity{};
  std::snprintf(opacity.data(), opacity.size(), "%.2f", share);
  shape(rectangle_start(x, y, width, height) + " style=\"fill:" + colour + ";fill-opacity:" + opacity.data() + "\"",
        hint);
}

void Svg::line(double x0, double y0, double x1, double y1, const std::string& colour) {
  text_ += "<line" + attribute("x1", x0) + attribute("y1", y0) + attribute("x2", x1) + attribute("y2", y1) +
           " style=\"stroke:" + colour + "\"/>\n";
}

void Svg::words(double x, double y, std::string_view text, const std::string& colour, const Words& how) {
  text_ += words_start(colour, how) + attribute("x", x) + attribute("y", y) + ">" + escaped_markup(text) + "</text>\n";
}

void Svg::words_upwards(double x, double y, std::string_view text, const std::string& colour, const Words& how) {
  text_ += words_start(colour, how) + " transform=\"translate(" + number(x) + " " + number(y) + ") rotate(-90)\">" +
           escaped_markup(text) + "</text>\n";
}

std::string Svg::finish() && {
  return std::move(text_) + "</svg>\n";
}

}  // namespace sam
