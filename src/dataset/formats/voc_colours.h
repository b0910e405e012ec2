// VOC's colours of classes and objects, and labelmap.txt, in which CVAT and Datumaro keep the classes of datasets that are not VOC's own.
// Threading: values and free functions; no shared state.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "image/index_picture.h"

namespace sam {

// The bits of number, three at a time, are the highest bits of red, green and blue, then the next lower ones. 0 is black.
Colour voc_colour(std::uint32_t number);
std::uint32_t voc_number(Colour colour);  // the number of that colour; each has one below 2^24

inline constexpr std::uint32_t voc_void = 255;  // borders and what is not labelled
inline constexpr Colour voc_void_colour = {224, 224, 192};

// The number in pictures of the class or object that is the index-th, from 0: from 1 on, without 255.
constexpr std::uint32_t voc_number_of(std::size_t index) {
  return static_cast<std::uint32_t>(index) + (index + 1 < voc_void ? 1 : 2);
}

struct VocLabel {
  std::string name;
  std::optional<Colour> colour;
};

// "name:red,green,blue:parts:actions" a line; others are passed over. Without the background.
std::vector<VocLabel> parse_voc_label_map(std::string_view text);
std::string format_voc_label_map(const std::vector<std::string>& classes);

// The twenty classes of VOC, in the order of their numbers.
const std::vector<std::string>& voc_classes();

}  // namespace sam
