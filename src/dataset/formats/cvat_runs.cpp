#include "dataset/formats/cvat_runs.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <vector>

#include "dataset/formats/format.h"
#include "dataset/formats/mask_pieces.h"
#include "dataset/formats/shown_text.h"
#include "image/run_builder.h"

// Ours run down columns and CVAT's along rows. Bits are made for a band at a time, so that memory does not grow with the area.
namespace sam {
namespace {

constexpr std::size_t band_sides = 64;  // rows or columns of a band

struct Span {
  std::uint64_t start;
  std::uint64_t end;
};

// The pixels of the lines [first, first + count) that are in the spans, across them: bits[i * count + line - first]. Spans run along lines
// of line_length pixels and are in order.
void cut_band(const std::vector<Span>& spans, std::uint64_t line_length, std::uint64_t first, std::uint64_t count,
              std::vector<std::uint8_t>& bits) {
  std::fill(bits.begin(), bits.end(), std::uint8_t{0});
  for (const Span& span : spans) {
    const std::uint64_t first_line = span.start / line_length;
    const std::uint64_t last_line = (span.end - 1) / line_length;
    for (std::uint64_t line = first_line; line <= last_line; ++line) {
      const std::uint64_t from = std::max(span.start, line * line_length) - line * line_length;
      const std::uint64_t to = std::min(span.end, (line + 1) * line_length) - line * line_length;
      const std::uint64_t low = std::max(from, first);
      const std::uint64_t high = std::min(to, first + count);
      for (std::uint64_t across = low; across < high; ++across) {
        bits[(across - first) * (bits.size() / count) + line] = 1;
      }
    }
  }
}

// Spans along one direction made to spans along the other, in order: lines of line_length pixels, line_count of them.
template <typename Use>
void transpose(const std::vector<Span>& spans, std::uint64_t line_length, std::uint64_t line_count, Use use) {
  std::vector<std::uint8_t> bits;
  for (std::uint64_t first = 0; first < line_length; first += band_sides) {
    const std::uint64_t count = std::min<std::uint64_t>(band_sides, line_length - first);
    bits.resize(count * line_count);
    cut_band(spans, line_length, first, count, bits);
    for (auto at = bits.begin(); at != bits.end();) {
      const auto end = std::find_if(at, bits.end(), [&](std::uint8_t bit) { return bit != *at; });
      const std::uint64_t before = first * line_count;
      if (*at != 0)
        use(before + static_cast<std::uint64_t>(at - bits.begin()),
            before + static_cast<std::uint64_t>(end - bits.begin()));
      at = end;
    }
  }
}

[[noreturn]] void refuse_box(const std::string& place) {
  throw FormatError(place, "a mask's left, top, width and height are no box inside the picture");
}

// The next number of a list that commas and blanks part; text moves behind it.
std::uint64_t take_number(std::string_view& text, const std::string& place) {
  constexpr std::string_view separators = ", \t\r\n";
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool ends =
      error == std::errc() && (end == text.data() + text.size() || separators.find(*end) != separators.npos);
  if (!ends) throw FormatError(place, "a mask's run lengths have " + shown_text(text.substr(0, 20)) + " in them");
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  text.remove_prefix(std::min(text.find_first_not_of(separators), text.size()));
  return value;
}

std::vector<Span> parse_spans(std::string_view rle, std::uint64_t pixels, const std::string& place) {
  std::vector<Span> spans;
  std::uint64_t at = 0;
  for (bool foreground = false; !rle.empty(); foreground = !foreground) {
    const std::uint64_t run = take_number(rle, place);
    if (run > pixels - at) throw FormatError(place, "a mask's run lengths are more than its box");
    if (foreground && run > 0) spans.push_back({at, at + run});
    at += run;
  }
  if (at != pixels) {
    throw FormatError(place, "a mask's run lengths add up to " + std::to_string(at) + " pixels; its box has " +
                                 std::to_string(pixels));
  }
  return spans;
}

// Of the mask's foreground, column-major within the box.
std::vector<Span> spans_in(const Mask& mask, const CvatMask& box) {
  const Mask piece = place_mask(mask, -box.left, -box.top, {box.width, box.height});
  std::vector<Span> spans;
  std::uint64_t at = 0;
  for (std::size_t i = 0; i < piece.runs.size(); ++i) {
    if (i % 2 == 1) spans.push_back({at, at + piece.runs[i]});
    at += piece.runs[i];
  }
  return spans;
}

}  // namespace

CvatMask cvat_mask(const Mask& mask) {
  const Box box = mask_box(mask);
  CvatMask made{{},
                static_cast<int>(box.x0),
                static_cast<int>(box.y0),
                static_cast<int>(box.width()),
                static_cast<int>(box.height())};
  std::uint64_t done = 0;
  std::uint64_t foreground = 0;  // that is not written yet: a span may go on in the next band
  const auto flush = [&](std::uint64_t background) {
    if (foreground > 0) made.rle += ", " + std::to_string(foreground);
    if (background > 0 || made.rle.empty()) made.rle += (made.rle.empty() ? "" : ", ") + std::to_string(background);
    foreground = 0;
  };
  transpose(spans_in(mask, made), static_cast<std::uint64_t>(made.height), static_cast<std::uint64_t>(made.width),
            [&](std::uint64_t start, std::uint64_t end) {
              if (start > done || done == 0) flush(start - done);
              foreground += end - start;
              done = end;
            });
  flush(pixel_count({made.width, made.height}) - done);
  return made;
}

Mask parse_cvat_mask(std::string_view rle, Box box, Size size, const std::string& place) {
  const auto is_whole = [](double value) { return value == std::floor(value); };
  if (!is_whole(box.x0) || !is_whole(box.y0) || !is_whole(box.x1) || !is_whole(box.y1)) refuse_box(place);
  if (box.x0 < 0 || box.y0 < 0 || box.x1 > size.width || box.y1 > size.height) refuse_box(place);
  if (box.width() < 1 || box.height() < 1) refuse_box(place);
  const Size piece{static_cast<int>(box.width()), static_cast<int>(box.height())};
  rle.remove_prefix(std::min(rle.find_first_not_of(" \t\r\n"), rle.size()));
  RunBuilder runs(piece);
  transpose(parse_spans(rle, pixel_count(piece), place), static_cast<std::uint64_t>(piece.width),
            static_cast<std::uint64_t>(piece.height), [&](std::uint64_t start, std::uint64_t end) {
              runs.add_foreground(static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(end));
            });
  return place_mask(std::move(runs).finish(), static_cast<int>(box.x0), static_cast<int>(box.y0), size);
}

}  // namespace sam
