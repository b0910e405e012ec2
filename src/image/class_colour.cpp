#include "image/class_colour.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <numbers>

namespace sam {
namespace {

// sRGB's curve (IEC 61966-2-1), and 8 bits of it.
std::uint8_t encoded(double linear) {
  const double clipped = std::clamp(linear, 0.0, 1.0);
  const double value = clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * std::pow(clipped, 1 / 2.4) - 0.055;
  return static_cast<std::uint8_t>(std::lround(value * 255));
}

double cube(double value) {
  return value * value * value;
}

}  // namespace

// https://bottosson.github.io/posts/oklab/: Oklab to cone responses, those to linear sRGB.
Colour srgb_of(const Oklch& colour) {
  const double radians = colour.hue * std::numbers::pi / 180;
  const double a = colour.chroma * std::cos(radians);
  const double b = colour.chroma * std::sin(radians);
  const double l = cube(colour.lightness + 0.3963377774 * a + 0.2158037573 * b);
  const double m = cube(colour.lightness - 0.1055613458 * a - 0.0638541728 * b);
  const double s = cube(colour.lightness - 0.0894841775 * a - 1.2914855480 * b);
  return {encoded(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
          encoded(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
          encoded(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s)};
}

// Hues go round by the golden angle, so that neighbours differ most; lightness changes too.
Oklch class_oklch(int class_id) {
  constexpr double golden_angle = 137.50776;
  constexpr double first_hue = 250;
  constexpr std::array<double, 3> lightness = {0.78, 0.66, 0.87};
  constexpr std::array<double, 3> chroma = {0.15, 0.17, 0.11};
  const auto row = static_cast<std::size_t>((class_id % 3 + 3) % 3);
  const double turned = std::fmod(first_hue + class_id * golden_angle, 360.0);
  return {lightness[row], chroma[row], turned < 0 ? turned + 360 : turned};
}

Colour class_colour(int class_id) {
  return srgb_of(class_oklch(class_id));
}

std::string colour_text(Colour colour) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "#%02x%02x%02x", colour[0], colour[1], colour[2]);
  return text.data();
}

}  // namespace sam
