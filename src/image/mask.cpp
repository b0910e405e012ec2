#include "image/mask.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <limits>

#include "image/run_builder.h"

namespace sam {
namespace {

// Columns that are scanned together: one cache line of a row.
constexpr int block_columns = 64;

using Columns = std::array<std::vector<std::uint32_t>, block_columns>;

// Rows at which each of the columns [x0, x0 + count) changes between background and foreground.
void find_changes(std::span<const std::uint8_t> bits, Size size, int x0, int count, Columns& changes) {
  std::array<std::uint8_t, block_columns> above{};
  std::array<std::uint8_t, block_columns> here{};
  for (int y = 0; y < size.height; ++y) {
    const std::uint8_t* row = bits.data() + static_cast<std::size_t>(y) * size.width + x0;
    for (int i = 0; i < count; ++i) here[i] = row[i] != 0;
    if (std::memcmp(here.data(), above.data(), block_columns) == 0) continue;
    for (int i = 0; i < count; ++i) {
      if (here[i] != above[i]) changes[i].push_back(static_cast<std::uint32_t>(y));
    }
    above = here;
  }
}

// Appends one number of the string: 5 bits a character, least significant first, bit 6 says that more follow.
void append_number(std::string& text, std::int64_t value) {
  bool more = true;
  while (more) {
    auto bits = static_cast<unsigned>(value & 0x1f);
    value >>= 5;
    more = (bits & 0x10) != 0 ? value != -1 : value != 0;
    if (more) bits |= 0x20;
    text.push_back(static_cast<char>(bits + 48));
  }
}

// The number that starts at position, which moves behind it.
std::int64_t parse_number(std::string_view text, std::size_t& position) {
  constexpr int longest = 8;  // characters: 40 bits hold every difference of two runs
  std::int64_t value = 0;
  for (int shift = 0; shift < longest * 5; shift += 5) {
    if (position == text.size()) throw MaskError("run-length string ends in the middle of a number");
    const int character = static_cast<unsigned char>(text[position]);
    if (character < 48 || character > 111) {
      throw MaskError("run-length string has a character of code " + std::to_string(character) + " at position " +
                      std::to_string(position) + "; codes 48 to 111 are allowed");
    }
    ++position;
    const int bits = character - 48;
    value |= static_cast<std::int64_t>(bits & 0x1f) << shift;
    if ((bits & 0x20) != 0) continue;
    if ((bits & 0x10) != 0) value -= std::int64_t{1} << (shift + 5);
    return value;
  }
  throw MaskError("run-length string has a number of more than " + std::to_string(longest) + " characters");
}

std::string size_text(Size size) {
  return std::to_string(size.width) + " x " + std::to_string(size.height);
}

}  // namespace

std::uint32_t mask_pixel_count(Size size) {
  const bool negative = size.width < 0 || size.height < 0;
  const std::int64_t pixels = static_cast<std::int64_t>(size.width) * size.height;
  if (negative || pixels > std::numeric_limits<std::uint32_t>::max()) {
    throw MaskError("a mask of " + size_text(size) + " pixels is not possible: its limit is 4294967295 pixels");
  }
  return static_cast<std::uint32_t>(pixels);
}

Mask mask_from_bits(std::span<const std::uint8_t> bits, Size size) {
  RunBuilder builder(size);
  if (bits.size() != mask_pixel_count(size)) {
    throw MaskError("a mask of " + size_text(size) + " pixels was given " + std::to_string(bits.size()) + " bytes");
  }
  Columns changes;
  for (int x0 = 0; x0 < size.width; x0 += block_columns) {
    const int count = std::min(block_columns, size.width - x0);
    find_changes(bits, size, x0, count, changes);
    for (int i = 0; i < count; ++i) {
      const std::uint32_t start = static_cast<std::uint32_t>(x0 + i) * static_cast<std::uint32_t>(size.height);
      if (changes[i].size() % 2 == 1) changes[i].push_back(static_cast<std::uint32_t>(size.height));
      for (std::size_t k = 0; k < changes[i].size(); k += 2) {
        builder.add_foreground(start + changes[i][k], start + changes[i][k + 1]);
      }
      changes[i].clear();
    }
  }
  return std::move(builder).finish();
}

std::vector<std::uint8_t> mask_to_bits(const Mask& mask) {
  const auto width = static_cast<std::size_t>(mask.size.width);
  const auto height = static_cast<std::size_t>(mask.size.height);
  std::vector<std::uint8_t> bits(mask_pixel_count(mask.size));
  // First a mark wherever a column changes, then, row by row, each pixel from the one above: no strided writes of whole runs.
  std::size_t index = 0;
  for (std::size_t i = 0; i < mask.runs.size(); ++i) {
    const std::size_t end = index + mask.runs[i];
    if (end > bits.size()) throw MaskError("a mask's runs go beyond its " + size_text(mask.size) + " pixels");
    if (i % 2 == 1 && end > index) {
      const std::size_t last = (end - 1) / height;
      bits[index % height * width + index / height] ^= 255;
      for (std::size_t x = index / height + 1; x <= last; ++x) bits[x] ^= 255;
      if (end % height != 0) bits[end % height * width + last] ^= 255;
    }
    index = end;
  }
  for (std::size_t i = width; i < bits.size(); ++i) bits[i] ^= bits[i - width];
  return bits;
}

std::string mask_to_coco_string(const Mask& mask) {
  std::string text;
  text.reserve(mask.runs.size() * 2);
  for (std::size_t i = 0; i < mask.runs.size(); ++i) {
    std::int64_t value = mask.runs[i];
    if (i > 2) value -= mask.runs[i - 2];
    append_number(text, value);
  }
  return text;
}

Mask mask_from_coco_string(std::string_view counts, Size size) {
  const std::int64_t pixels = mask_pixel_count(size);
  RunBuilder builder(size);
  std::array<std::int64_t, 2> before{};  // the last two runs
  std::int64_t index = 0;
  std::size_t position = 0;
  for (std::size_t i = 0; position < counts.size(); ++i) {
    std::int64_t run = parse_number(counts, position);
    if (i > 2) run += before[0];
    if (run < 0 || run > pixels - index) {
      throw MaskError("run " + std::to_string(i) + " of the run-length string has " + std::to_string(run) +
                      " pixels, where " + std::to_string(pixels - index) + " of " + size_text(size) + " are left");
    }
    if (i % 2 == 1) {
      builder.add_foreground(static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index + run));
    }
    index += run;
    before = {before[1], run};
  }
  if (index != pixels) {
    throw MaskError("the run-length string holds " + std::to_string(index) + " pixels, not the " +
                    std::to_string(pixels) + " of " + size_text(size));
  }
  return std::move(builder).finish();
}

std::uint64_t mask_area(const Mask& mask) {
  std::uint64_t area = 0;
  for (std::size_t i = 1; i < mask.runs.size(); i += 2) area += mask.runs[i];
  return area;
}

Box mask_box(const Mask& mask) {
  const auto height = static_cast<std::uint32_t>(mask.size.height);
  std::uint32_t x0 = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t x1 = 0;
  std::uint32_t y0 = x0;
  std::uint32_t y1 = 0;
  std::uint32_t index = 0;
  for (std::size_t i = 0; i < mask.runs.size(); ++i) {
    const std::uint32_t start = index;
    index += mask.runs[i];
    if (i % 2 == 0 || start == index) continue;
    const std::uint32_t first = start / height;
    const std::uint32_t top = start - first * height;
    x0 = std::min(x0, first);
    if (index - start <= height - top) {  // in one column
      x1 = std::max(x1, first + 1);
      y0 = std::min(y0, top);
      y1 = std::max(y1, top + (index - start));
    } else {
      x1 = std::max(x1, (index - 1) / height + 1);
      y0 = 0;
      y1 = height;
    }
  }
  if (x1 == 0) return {};
  return {static_cast<double>(x0), static_cast<double>(y0), static_cast<double>(x1), static_cast<double>(y1)};
}

double mask_iou(const Mask& a, const Mask& b) {
  if (a.size != b.size) {
    throw MaskError("masks of " + size_text(a.size) + " and " + size_text(b.size) + " pixels cannot be compared");
  }
  std::uint64_t both = 0;
  std::size_t i = 0;
  std::size_t j = 0;
  std::uint64_t index = 0;
  std::uint64_t end_a = a.runs.empty() ? 0 : a.runs[0];
  std::uint64_t end_b = b.runs.empty() ? 0 : b.runs[0];
  while (i < a.runs.size() && j < b.runs.size()) {
    const std::uint64_t end = std::min(end_a, end_b);
    if (i % 2 == 1 && j % 2 == 1) both += end - index;
    index = end;
    if (end_a == end) {
      if (++i < a.runs.size()) end_a += a.runs[i];
    } else {
      if (++j < b.runs.size()) end_b += b.runs[j];
    }
  }
  const std::uint64_t either = mask_area(a) + mask_area(b) - both;
  return either == 0 ? 1.0 : static_cast<double>(both) / static_cast<double>(either);
}

}  // namespace sam
