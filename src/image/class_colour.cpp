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

Oklch class_oklch(int class_id) {
  // Each far from the one before, for every kind of sight.
  constexpr std::array<Oklch, 12> first = {{{0.61, 0.09, 229},
                                            {0.92, 0.16, 108},
                                            {0.62, 0.2, 38},
                                            {0.83, 0.1, 216},
                                            {0.63, 0.2, 296},
                                            {0.81, 0.16, 92},
                                            {0.6, 0.11, 12},
                                            {0.93, 0.08, 187},
                                            {0.74, 0.17, 304},
                                            {0.73, 0.13, 39},
                                            {0.84, 0.09, 134},
                                            {0.72, 0.08, 189}}};
  // The next dozens are shades of them: lighter by, chroma times, hue turned by.
  constexpr std::array<Oklch, 4> shades = {{{0, 1, 0}, {-0.05, 0.92, -3}, {-0.022, 1, -1}, {0.024, 0.93, 0}}};
  constexpr int count = static_cast<int>(first.size());
  constexpr int dozens = static_cast<int>(shades.size());
  const int place = (class_id % count + count) % count;
  const int round = class_id / count - (class_id % count < 0 ? 1 : 0);
  const int dozen = (round % dozens + dozens) % dozens;
  const Oklch& base = first[static_cast<std::size_t>(place)];
  const Oklch& shade = shades[static_cast<std::size_t>(dozen)];
  return {base.lightness + shade.lightness, base.chroma * shade.chroma, std::fmod(base.hue + shade.hue + 360, 360.0)};
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
