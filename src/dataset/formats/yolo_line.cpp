#include "dataset/formats/yolo_line.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "dataset/annotation_file.h"
#include "dataset/label_file.h"
#include "dataset/label_line.h"
#include "dataset/ring_split.h"
#include "image/rotated_box.h"

namespace sam {
namespace {

using Words = std::vector<std::string_view>;

constexpr double clip_margin = 0.01;      // as of ultralytics
constexpr double corner_margin = 1;       // corners of a turned box at the border are outside
constexpr double most_snapped_px = 0.05;  // coarser numbers say nothing about whole pixels

// What the last digit of a number leaves open, as a fraction of the side: half of it.
double rounding_of(std::string_view word) {
  const std::size_t point = word.find('.');
  if (point == std::string_view::npos || word.find_first_of("eE") != std::string_view::npos) return 1;
  return 0.5 * std::pow(10.0, -static_cast<double>(word.size() - point - 1));
}

// fraction × side; whole pixels where a whole number of pixels may have been written as that.
double to_pixels(double fraction, int side, double rounding) {
  const double pixels = fraction * side;
  const double open = rounding * side * 1.001 + 1e-9;
  const double whole = std::round(pixels);
  return open < most_snapped_px && std::abs(pixels - whole) <= open ? whole : pixels;
}

double checked(std::string_view word, double margin) {
  const double value = label_number(word);
  if (value >= -margin && value <= 1 + margin) return value;
  throw AnnotationFileError("expected a coordinate from 0 to 1, found " + shown_word(word));
}

double clipped(std::string_view word) {
  return std::clamp(checked(word, clip_margin), 0.0, 1.0);
}

Ring rectangle(const Box& box) {
  return {{box.x0, box.y0}, {box.x1, box.y0}, {box.x1, box.y1}, {box.x0, box.y1}};
}

// Centre and size lie in the picture; the sides may be outside and are clipped.
Box box_of(const Words& words, Size size) {
  const auto side = [&](std::string_view centre, std::string_view length, int pixels, double sign) {
    const double at = clipped(centre) + sign * clipped(length) / 2;
    const double rounding = rounding_of(centre) + rounding_of(length) / 2;
    return std::clamp(to_pixels(at, pixels, rounding), 0.0, static_cast<double>(pixels));
  };
  return {side(words[1], words[3], size.width, -1), side(words[2], words[4], size.height, -1),
          side(words[1], words[3], size.width, 1), side(words[2], words[4], size.height, 1)};
}

// Of the words from 1 to end.
Ring ring_of(const Words& words, std::size_t end, Size size, bool corners) {
  Ring ring;
  ring.reserve(end / 2);
  const auto pixels = [&](std::string_view word, int side) {
    return to_pixels(corners ? checked(word, corner_margin) : clipped(word), side, rounding_of(word));
  };
  for (std::size_t i = 1; i + 1 < end; i += 2) {
    ring.push_back({pixels(words[i], size.width), pixels(words[i + 1], size.height)});
  }
  return ring;
}

double confidence(std::string_view word) {
  const double value = label_number(word);
  if (value < 0 || value > 1) throw AnnotationFileError("expected a confidence from 0 to 1, found " + shown_word(word));
  return value;
}

void check_count(std::size_t coordinates) {
  if (coordinates % 2 != 0) {
    throw AnnotationFileError("expected an even number of coordinates, found " + std::to_string(coordinates));
  }
  if (coordinates < 6) {
    throw AnnotationFileError("expected a box (4 numbers) or at least 3 points, found " + std::to_string(coordinates) +
                              " numbers");
  }
}

Box bounds(const Annotation& annotation) {
  if (mask_area(annotation.mask) > 0) return mask_box(annotation.mask);
  Box box;
  bool any = false;
  for (const PolygonPart& part : annotation.polygon) {
    for (const Point& point : part.outer) {
      box = any ? Box{std::min(box.x0, point.x), std::min(box.y0, point.y), std::max(box.x1, point.x),
                      std::max(box.y1, point.y)}
                : Box{point.x, point.y, point.x, point.y};
      any = true;
    }
  }
  return box;
}

Point clip(Point point, Size size) {
  return {std::clamp(point.x, 0.0, static_cast<double>(size.width)),
          std::clamp(point.y, 0.0, static_cast<double>(size.height))};
}

}  // namespace

std::string_view yolo_headline(YoloKind kind) {
  switch (kind) {
    case YoloKind::detection:
      return "YOLO detection dataset.";
    case YoloKind::obb:
      return "YOLO oriented boxes dataset.";
    case YoloKind::segmentation:
      break;
  }
  return "YOLO segmentation dataset.";
}

Annotation parse_yolo_line(std::string_view line, Size size, YoloKind kind) {
  const Words words = label_words(line);
  Annotation annotation;
  annotation.class_id = label_class(words[0]);
  if (words.size() == 5 || words.size() == 6) {
    const Box box = box_of(words, size);
    annotation.prompt.boxes = {box};
    annotation.polygon = {{rectangle(box), {}}};
    if (words.size() == 6) annotation.score = confidence(words[5]);
  } else if (kind == YoloKind::obb && (words.size() == 9 || words.size() == 10)) {
    annotation.polygon = {{ring_of(words, 9, size, true), {}}};
    if (words.size() == 10) annotation.score = confidence(words[9]);
  } else {
    check_count(words.size() - 1);
    annotation.polygon = split_ring(ring_of(words, words.size(), size, false), size);
  }
  return annotation;
}

std::string yolo_box_text(const Annotation& annotation, Size size) {
  const Box box = bounds(annotation);
  const Point low = clip({box.x0, box.y0}, size);
  const Point high = clip({box.x1, box.y1}, size);
  if (!(low.x < high.x && low.y < high.y)) return {};
  const Ring centre_and_size = {{(low.x + high.x) / 2, (low.y + high.y) / 2}, {high.x - low.x, high.y - low.y}};
  return ring_coordinates(centre_and_size, size, yolo_decimals);
}

std::string yolo_corners_text(const Annotation& annotation, Size size) {
  if (yolo_box_text(annotation, size).empty()) return {};
  const RotatedBox box = smallest_rotated_box(annotation.mask, annotation.polygon);
  return ring_coordinates({box.begin(), box.end()}, size, yolo_decimals);
}

std::string yolo_polygon_text(const Annotation& annotation, Size size, bool exact) {
  if (exact && mask_area(annotation.mask) > 0) {
    Annotation outlined;
    outlined.mask = annotation.mask;
    outlined.polygon = mask_to_polygon(annotation.mask, 0);
    return label_coordinates(outlined, size, yolo_decimals);
  }
  return label_coordinates(annotation, size, yolo_decimals);
}

}  // namespace sam
