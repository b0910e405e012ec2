#include "dataset/label_file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "dataset/label_line.h"
#include "dataset/ring_bridge.h"

namespace sam {
namespace {

constexpr std::size_t max_warnings = 20;

Ring box_ring(const std::vector<std::string_view>& words) {
  const double cx = label_number(words[1]);
  const double cy = label_number(words[2]);
  const double half_width = label_number(words[3]) / 2;
  const double half_height = label_number(words[4]) / 2;
  if (half_width <= 0 || half_height <= 0) throw AnnotationFileError("expected a box of some size");
  const double x0 = label_fraction(cx - half_width, words[3]);
  const double y0 = label_fraction(cy - half_height, words[4]);
  const double x1 = label_fraction(cx + half_width, words[3]);
  const double y1 = label_fraction(cy + half_height, words[4]);
  return {{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}};
}

Ring polygon_ring(const std::vector<std::string_view>& words) {
  const std::size_t count = words.size() - 1;
  if (count % 2 != 0) {
    throw AnnotationFileError("expected an even number of coordinates, found " + std::to_string(count));
  }
  if (count < 6) {
    throw AnnotationFileError("expected at least 3 points, found " + std::to_string(count / 2));
  }
  Ring ring;
  ring.reserve(count / 2);
  for (std::size_t i = 1; i < words.size(); i += 2) {
    ring.push_back(
        {label_fraction(label_number(words[i]), words[i]), label_fraction(label_number(words[i + 1]), words[i + 1])});
  }
  return ring;
}

// As to_chars below, for a number from 0 to 1; false where it is so near the middle of two that the product's own rounding could decide.
bool append_millionths(std::string& text, double value) {
  const double scaled = value * 1e6;
  const double below = std::floor(scaled);
  if (!(std::abs(scaled - below - 0.5) >= 1e-6)) return false;
  auto millionths = static_cast<std::uint32_t>(scaled - below < 0.5 ? below : below + 1);
  char digits[] = "0.000000";
  if (millionths == 1'000'000) digits[0] = '1';
  for (int i = 7; i > 1; --i) {
    digits[i] = static_cast<char>('0' + millionths % 10);
    millionths /= 10;
  }
  text.append(digits, 8);
  return true;
}

void append_fixed(std::string& text, double value, int decimals) {
  if (decimals == 6 && append_millionths(text, value)) return;
  std::array<char, 32> digits{};
  // Not printf: the decimal point must not depend on the locale. Adding 0.0 turns -0 into 0.
  const auto [end, error] =
      std::to_chars(digits.data(), digits.data() + digits.size(), value + 0.0, std::chars_format::fixed, decimals);
  text.append(digits.data(), error == std::errc() ? end : digits.data());
}

// ring in fractions.
std::string coordinates_of(const Ring& ring, int decimals) {
  std::string text;
  text.reserve(ring.size() * 2 * (static_cast<std::size_t>(decimals) + 3));
  for (const Point& point : ring) {
    if (!text.empty()) text += ' ';
    append_fixed(text, std::clamp(point.x, 0.0, 1.0), decimals);
    text += ' ';
    append_fixed(text, std::clamp(point.y, 0.0, 1.0), decimals);
  }
  return text;
}

// Throws AnnotationFileError with the reason if the line is not an annotation.
LabelLine parse_line(std::string_view text, Size size, std::size_t class_count) {
  const std::vector<std::string_view> words = label_words(text);
  LabelLine line;
  line.class_id = label_class(words[0]);
  if (static_cast<std::size_t>(line.class_id) >= class_count) {
    throw AnnotationFileError("class " + std::to_string(line.class_id) + " is not among the " +
                              std::to_string(class_count) + " classes of the project");
  }
  line.ring = words.size() == 5 ? box_ring(words) : polygon_ring(words);
  line.coordinates = coordinates_of(line.ring, label_decimals);
  line.text = text;
  for (Point& point : line.ring) {
    point.x *= size.width;
    point.y *= size.height;
  }
  return line;
}

bool parts_may_overlap(const Polygon& polygon) {
  std::vector<Box> boxes;
  for (const PolygonPart& part : polygon) {
    if (part.outer.empty()) continue;
    Box box{part.outer[0].x, part.outer[0].y, part.outer[0].x, part.outer[0].y};
    for (const Point& point : part.outer) {
      box = {std::min(box.x0, point.x), std::min(box.y0, point.y), std::max(box.x1, point.x),
             std::max(box.y1, point.y)};
    }
    for (const Box& other : boxes) {
      if (boxes_meet(box, other)) return true;
    }
    boxes.push_back(box);
  }
  return false;
}

}  // namespace

void add_line_warning(std::vector<std::string>& warnings, const std::string& file_name, std::size_t line,
                      const std::string& reason) {
  if (warnings.size() < max_warnings) {
    warnings.push_back(file_name + ":" + std::to_string(line + 1) + ": " + reason + "; line kept");
  } else if (warnings.size() == max_warnings) {
    warnings.push_back(file_name + ": more lines like these; all are kept");
  }
}

LabelFile parse_label_file(std::string_view text, Size size, std::size_t class_count, const std::string& file_name) {
  LabelFile file;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  for (std::size_t line = 0; !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view content = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (label_words(content).empty()) continue;
    try {
      file.lines.push_back(parse_line(content, size, class_count));
      file.lines.back().line = line;
    } catch (const AnnotationFileError& error) {
      add_line_warning(file.warnings, file_name, line, error.what());
      file.kept.push_back({line, std::string(content)});
    }
  }
  return file;
}

std::string ring_coordinates(Ring pixels, Size size, int decimals) {
  for (Point& point : pixels) {
    point.x /= size.width;
    point.y /= size.height;
  }
  return coordinates_of(pixels, decimals);
}

std::string label_coordinates(const Annotation& annotation, Size size, int decimals) {
  Ring ring = join_rings(annotation.polygon);
  if (annotation.polygon.size() > 1 && parts_may_overlap(annotation.polygon) &&
      mask_iou(polygon_to_mask({{ring, {}}}, size), annotation.mask) < 0.99) {
    ring = join_rings(mask_to_polygon(annotation.mask, 0));
  }
  return ring_coordinates(ring, size, decimals);
}

std::string format_label_file(const std::vector<StoredAnnotation>& annotations, Size size,
                              const std::vector<KeptLine>& kept) {
  std::string text;
  auto next_kept = kept.begin();
  std::size_t line = 0;
  const auto put = [&](const std::string& content) {
    // A kept line that begins with a byte order mark would lose it as the first.
    if (text.empty() && content.starts_with("\xef\xbb\xbf")) text += '\n';
    text += content;
    text += '\n';
    ++line;
  };
  for (const StoredAnnotation& stored : annotations) {
    while (next_kept != kept.end() && next_kept->line <= line) put((next_kept++)->text);
    put(std::to_string(stored.annotation.class_id) + " " + label_coordinates(stored.annotation, size));
  }
  while (next_kept != kept.end()) put((next_kept++)->text);
  return text;
}

}  // namespace sam
