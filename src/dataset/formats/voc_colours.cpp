#include "dataset/formats/voc_colours.h"

#include <charconv>

#include "dataset/formats/folder_names.h"

namespace sam {
namespace {

// "128,0,64".
std::optional<Colour> parse_colour(std::string_view text) {
  Colour colour{};
  for (std::size_t band = 0; band < 3; ++band) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), colour[band]);
    if (error != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (band == 2) break;
    if (!text.starts_with(',')) return std::nullopt;
    text.remove_prefix(1);
  }
  return text.empty() ? std::optional(colour) : std::nullopt;
}

// Names may have colons in them: the three fields are cut off at the end.
std::optional<VocLabel> parse_label(std::string_view line) {
  std::string_view colour;
  for (int field = 0; field < 3; ++field) {
    const std::size_t colon = line.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return std::nullopt;
    colour = line.substr(colon + 1);
    line = line.substr(0, colon);
  }
  const std::optional<Colour> parsed = parse_colour(colour);
  if (!parsed && !colour.empty()) return std::nullopt;  // the comment that explains the fields
  return VocLabel{std::string(line), parsed};
}

}  // namespace

Colour voc_colour(std::uint32_t number) {
  Colour colour{};
  for (int bit = 7; bit >= 0; --bit) {
    for (std::uint8_t& band : colour) {
      band = static_cast<std::uint8_t>(band | (number & 1) << bit);
      number >>= 1;
    }
  }
  return colour;
}

std::uint32_t voc_number(Colour colour) {
  std::uint32_t number = 0;
  for (int bit = 0; bit < 8; ++bit) {
    for (std::size_t band = 3; band-- > 0;) number = number << 1 | (colour[band] >> bit & 1U);
  }
  return number;
}

std::vector<VocLabel> parse_voc_label_map(std::string_view text) {
  std::vector<VocLabel> labels;
  for (const std::string& line : text_lines(text)) {
    std::optional<VocLabel> label = parse_label(line);
    if (!label || label->colour == Colour{0, 0, 0}) continue;
    labels.push_back(std::move(*label));
  }
  return labels;
}

std::string format_voc_label_map(const std::vector<std::string>& classes) {
  std::string text = "# label:color_rgb:parts:actions\nbackground:0,0,0::\n";
  for (std::size_t i = 0; i < classes.size(); ++i) {
    const Colour colour = voc_colour(voc_number_of(i));
    std::string name = classes[i];
    for (char& c : name) c = c == '\n' || c == '\r' ? ' ' : c;
    text += name + ":" + std::to_string(colour[0]) + "," + std::to_string(colour[1]) + "," + std::to_string(colour[2]) +
            "::\n";
  }
  return text;
}

const std::vector<std::string>& voc_classes() {
  static const std::vector<std::string> names = {
      "aeroplane",   "bicycle", "bird",  "boat",      "bottle", "bus",         "car",   "cat",  "chair", "cow",
      "diningtable", "dog",     "horse", "motorbike", "person", "pottedplant", "sheep", "sofa", "train", "tvmonitor"};
  return names;
}

}  // namespace sam
