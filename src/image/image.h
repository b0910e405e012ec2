// Pictures in memory: 8-bit RGB, interleaved, rows top to bottom, always upright.
// Ownership: an Image is a cheap handle; copies share the same immutable pixels. An ImageView owns nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "image/geometry.h"

namespace sam {

struct ImageView {
  const std::uint8_t* pixels = nullptr;  // R, G, B, R, G, B, …
  Size size;
  std::size_t stride_bytes = 0;  // between the starts of two rows; at least 3 * width

  const std::uint8_t* row(int y) const { return pixels + static_cast<std::size_t>(y) * stride_bytes; }
};

class Image {
 public:
  Image() = default;
  // pixels holds 3 * width * height bytes without gaps between rows.
  Image(Size size, std::shared_ptr<const std::uint8_t[]> pixels) : size_(size), pixels_(std::move(pixels)) {}

  Size size() const { return size_; }
  std::size_t byte_size() const { return std::size_t{3} * size_.width * size_.height; }
  ImageView view() const { return {pixels_.get(), size_, std::size_t{3} * size_.width}; }

 private:
  Size size_;
  std::shared_ptr<const std::uint8_t[]> pixels_;
};

}  // namespace sam
