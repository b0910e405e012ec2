#include "image/mask_drawing.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <opencv2/imgproc.hpp>
#include <utility>
#include <vector>

namespace sam {
namespace {

constexpr int gap_px = 8;                // between the pictures side by side
constexpr double outlines_a_side = 700;  // an outline is this part of the longer side wide
constexpr double letters_a_side = 60;    // and a letter this part of it high
constexpr int smallest_letter_px = 10;
constexpr double font_letter_px = 22;  // of OpenCV's font at scale 1

// A picture being drawn: a part of a larger one's pixels.
struct Canvas {
  std::uint8_t* pixels = nullptr;
  Size size;
  std::size_t stride = 0;

  std::uint8_t* at(int x, int y) const {
    return pixels + static_cast<std::size_t>(y) * stride + 3 * static_cast<std::size_t>(x);
  }
};

// Calls use(x, first row, row behind the last) for the foreground, column by column.
template <typename Use>
void for_each_column_part(const Mask& mask, const Use& use) {
  const auto height = static_cast<std::uint64_t>(mask.size.height);
  std::uint64_t index = 0;
  for (std::size_t i = 0; i < mask.runs.size(); ++i) {
    std::uint64_t begin = index;
    index += mask.runs[i];
    if (i % 2 == 0) continue;
    while (begin < index) {
      const std::uint64_t x = begin / height;
      const std::uint64_t end = std::min(index, (x + 1) * height);
      use(static_cast<int>(x), static_cast<int>(begin - x * height), static_cast<int>(end - x * height));
      begin = end;
    }
  }
}

void copy_picture(const Image& picture, const Canvas& canvas) {
  const ImageView view = picture.view();
  for (int y = 0; y < view.size.height; ++y) {
    std::memcpy(canvas.at(0, y), view.row(y), std::size_t{3} * static_cast<std::size_t>(view.size.width));
  }
}

void tint(const Canvas& canvas, const DrawnMask& drawn, double opacity) {
  const int part = static_cast<int>(std::lround(opacity * 256));
  for_each_column_part(*drawn.mask, [&](int x, int begin, int end) {
    std::uint8_t* pixel = canvas.at(x, begin);
    for (int y = begin; y < end; ++y, pixel += canvas.stride) {
      for (std::size_t band = 0; band < 3; ++band) {
        pixel[band] = static_cast<std::uint8_t>((pixel[band] * (256 - part) + drawn.colour[band] * part + 128) / 256);
      }
    }
  });
}

void uncover(const Canvas& canvas, const Image& picture, const Mask& mask) {
  const ImageView view = picture.view();
  for_each_column_part(mask, [&](int x, int begin, int end) {
    for (int y = begin; y < end; ++y) std::memcpy(canvas.at(x, y), view.row(y) + std::size_t{3} * x, 3);
  });
}

void fill_square(const Canvas& canvas, int x, int y, int radius, Colour colour) {
  const int x1 = std::min(canvas.size.width - 1, x + radius);
  const int y1 = std::min(canvas.size.height - 1, y + radius);
  for (int row = std::max(0, y - radius); row <= y1; ++row) {
    for (int column = std::max(0, x - radius); column <= x1; ++column) {
      std::memcpy(canvas.at(column, row), colour.data(), 3);
    }
  }
}

// Pixels of the mask with a neighbour that is not, or none, drawn as squares.
void outline(const Canvas& canvas, const DrawnMask& drawn) {
  const Box box = mask_box(*drawn.mask);
  if (box.width() <= 0) return;
  // The mask's bits within its box, and a pixel more on each side.
  const int left = static_cast<int>(box.x0) - 1;
  const int top = static_cast<int>(box.y0) - 1;
  const auto width = static_cast<std::size_t>(box.width()) + 2;
  const auto height = static_cast<std::size_t>(box.height()) + 2;
  std::vector<std::uint8_t> bits(width * height);
  for_each_column_part(*drawn.mask, [&](int x, int begin, int end) {
    for (int y = begin; y < end; ++y) {
      bits[static_cast<std::size_t>(y - top) * width + static_cast<std::size_t>(x - left)] = 1;
    }
  });
  const int longer = std::max(canvas.size.width, canvas.size.height);
  const int radius = static_cast<int>(longer / outlines_a_side / 2);
  for (std::size_t y = 1; y + 1 < height; ++y) {
    for (std::size_t x = 1; x + 1 < width; ++x) {
      const std::uint8_t* bit = &bits[y * width + x];
      if (*bit == 0 || (bit[-1] != 0 && bit[1] != 0 && *(bit - width) != 0 && bit[width] != 0)) continue;
      fill_square(canvas, left + static_cast<int>(x), top + static_cast<int>(y), radius, drawn.colour);
    }
  }
}

// In the upper left corner of the mask's box, black or white on the mask's colour, whichever is seen better.
void write_label(const Canvas& canvas, const DrawnMask& drawn) {
  const Box box = mask_box(*drawn.mask);
  if (drawn.label.empty() || box.width() <= 0) return;
  cv::Mat mat(canvas.size.height, canvas.size.width, CV_8UC3, canvas.pixels, canvas.stride);
  const int longer = std::max(canvas.size.width, canvas.size.height);
  const double letter = std::max<double>(smallest_letter_px, longer / letters_a_side);
  const double scale = letter / font_letter_px;
  const int thickness = std::max(1, static_cast<int>(std::lround(scale * 1.4)));
  int below = 0;
  const cv::Size text = cv::getTextSize(drawn.label, cv::FONT_HERSHEY_SIMPLEX, scale, thickness, &below);
  const int margin = std::max(2, static_cast<int>(letter / 4));
  const int width = text.width + 2 * margin;
  const int height = text.height + below + 2 * margin;
  const int x = std::clamp(static_cast<int>(box.x0), 0, std::max(0, canvas.size.width - width));
  const int y = std::clamp(static_cast<int>(box.y0), 0, std::max(0, canvas.size.height - height));
  const auto& c = drawn.colour;
  cv::rectangle(mat, cv::Rect(x, y, width, height), cv::Scalar(c[0], c[1], c[2]), cv::FILLED);
  const double luma = 0.299 * c[0] + 0.587 * c[1] + 0.114 * c[2];
  cv::putText(mat, drawn.label, {x + margin, y + margin + text.height}, cv::FONT_HERSHEY_SIMPLEX, scale,
              cv::Scalar::all(luma > 140 ? 0 : 255), thickness, cv::LINE_AA);
}

}  // namespace

std::uint64_t mask_drawing_scratch_bytes(Size picture) {
  return static_cast<std::uint64_t>(picture.width + 2) * static_cast<std::uint64_t>(picture.height + 2);
}

Size drawn_size(Size picture, MaskView view) {
  return view == MaskView::side_by_side ? Size{2 * picture.width + gap_px, picture.height} : picture;
}

Image draw_masks(const Image& picture, std::span<const DrawnMask> masks, const MaskDrawing& drawing) {
  const Size size = drawn_size(picture.size(), drawing.view);
  const std::size_t stride = std::size_t{3} * static_cast<std::size_t>(size.width);
  std::shared_ptr<std::uint8_t[]> pixels(new std::uint8_t[stride * static_cast<std::size_t>(size.height)]());
  Canvas canvas{pixels.get(), picture.size(), stride};
  if (drawing.view != MaskView::masked) copy_picture(picture, canvas);
  if (drawing.view == MaskView::side_by_side) {
    canvas.pixels = canvas.at(picture.size().width + gap_px, 0);
    copy_picture(picture, canvas);
  }
  const bool tints = drawing.view == MaskView::overlay || drawing.view == MaskView::side_by_side;
  for (const DrawnMask& each : masks) {
    if (drawing.view == MaskView::masked) uncover(canvas, picture, *each.mask);
    if (tints) tint(canvas, each, drawing.opacity);
    if (drawing.view == MaskView::contours || (tints && drawing.outlines)) outline(canvas, each);
  }
  for (const DrawnMask& each : masks) write_label(canvas, each);
  return {size, std::move(pixels)};
}

}  // namespace sam
