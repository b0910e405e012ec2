#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include "segmentation/predictor.h"

namespace sam {
namespace {

std::string size_text(Size size) {
  return std::to_string(size.width) + " x " + std::to_string(size.height);
}

std::string text_of(Point point) {
  char text[80];
  std::snprintf(text, sizeof text, "%.6g,%.6g", point.x, point.y);
  return text;
}

std::string text_of(const Box& box) {
  return text_of(Point{box.x0, box.y0}) + "," + text_of(Point{box.x1, box.y1});
}

Box checked_box(const Box& given, Size picture) {
  if (!std::isfinite(given.x0) || !std::isfinite(given.y0) || !std::isfinite(given.x1) || !std::isfinite(given.y1)) {
    throw PromptError("the box has a coordinate that is not a finite number; draw it again");
  }
  const Box sorted = {std::min(given.x0, given.x1), std::min(given.y0, given.y1), std::max(given.x0, given.x1),
                      std::max(given.y0, given.y1)};
  if (sorted.width() <= 0 || sorted.height() <= 0) {
    throw PromptError("the box " + text_of(given) + " has no area; give two corners that differ in x and in y");
  }
  const double width = picture.width;
  const double height = picture.height;
  const Box clipped = {std::clamp(sorted.x0, 0.0, width), std::clamp(sorted.y0, 0.0, height),
                       std::clamp(sorted.x1, 0.0, width), std::clamp(sorted.y1, 0.0, height)};
  if (clipped.width() <= 0 || clipped.height() <= 0) {
    throw PromptError("the box " + text_of(given) + " lies outside the picture of " + size_text(picture) + " pixels");
  }
  return clipped;
}

// The right and the lower border belong to the picture; the last pixel is the one meant there.
Point checked_point(Point given, Size picture) {
  if (!std::isfinite(given.x) || !std::isfinite(given.y)) {
    throw PromptError("a point has a coordinate that is not a finite number; click again");
  }
  if (given.x < 0 || given.y < 0 || given.x > picture.width || given.y > picture.height) {
    throw PromptError("the point " + text_of(given) + " lies outside the picture of " + size_text(picture) + " pixels");
  }
  return {std::min(given.x, std::nextafter(picture.width, 0.0)),
          std::min(given.y, std::nextafter(picture.height, 0.0))};
}

}  // namespace

Prompt checked_prompt(Prompt prompt, Size picture_size) {
  if (picture_size.width <= 0 || picture_size.height <= 0) throw PromptError("the picture is empty");
  if (prompt.boxes.empty() && prompt.points.empty() && !prompt.mask_input && prompt.text.empty()) {
    throw PromptError("the prompt is empty; give a box or a point");
  }
  if (prompt.boxes.size() > 1) {
    throw PromptError("the prompt has " + std::to_string(prompt.boxes.size()) + " boxes, at most 1 is possible");
  }
  for (Box& box : prompt.boxes) box = checked_box(box, picture_size);
  for (PromptPoint& point : prompt.points) point.position = checked_point(point.position, picture_size);
  return prompt;
}

}  // namespace sam
