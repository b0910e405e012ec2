#include "image/index_picture.h"

#include <algorithm>
#include <memory>

#include "image/run_builder.h"

namespace sam {
namespace {

constexpr int block_columns = 32;  // read together: one cache line of a row

// The builders of a picture's masks, made when their number is first met.
class MasksByIndex {
 public:
  explicit MasksByIndex(Size size) : size_(size), slots_(std::size_t{1} << 16, none) {}

  void add(std::uint16_t index, std::uint32_t start, std::uint32_t end) {
    std::uint32_t& slot = slots_[index];
    if (slot == none) {
      slot = static_cast<std::uint32_t>(builders_.size());
      builders_.emplace_back(index, RunBuilder(size_));
    }
    builders_[slot].second.add_foreground(start, end);
  }

  std::vector<std::pair<std::uint16_t, Mask>> finish() && {
    std::sort(builders_.begin(), builders_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<std::pair<std::uint16_t, Mask>> masks;
    masks.reserve(builders_.size());
    for (auto& [index, builder] : builders_) masks.emplace_back(index, std::move(builder).finish());
    return masks;
  }

 private:
  static constexpr std::uint32_t none = 0xffffffff;
  Size size_;
  std::vector<std::uint32_t> slots_;  // by number
  std::vector<std::pair<std::uint16_t, RunBuilder>> builders_;
};

// first_pixel: of the column, column-major.
void add_column(std::span<const std::uint16_t> column, std::uint32_t first_pixel, MasksByIndex& masks) {
  for (std::size_t start = 0; start < column.size();) {
    std::size_t end = start + 1;
    while (end < column.size() && column[end] == column[start]) ++end;
    if (column[start] != 0) {
      masks.add(column[start], first_pixel + static_cast<std::uint32_t>(start),
                first_pixel + static_cast<std::uint32_t>(end));
    }
    start = end;
  }
}

}  // namespace

IndexPicture make_index_picture(Size size) {
  return {size, std::vector<std::uint16_t>(mask_pixel_count(size))};
}

void paint(IndexPicture& picture, const Mask& mask, std::uint16_t index) {
  const auto height = static_cast<std::uint64_t>(mask.size.height);
  const auto width = static_cast<std::uint64_t>(mask.size.width);
  std::uint64_t at = 0;
  bool foreground = false;
  for (std::uint32_t run : mask.runs) {
    for (std::uint64_t pixel = at; foreground && pixel < at + run; ++pixel) {
      picture.indices[pixel % height * width + pixel / height] = index;
    }
    at += run;
    foreground = !foreground;
  }
}

std::vector<std::pair<std::uint16_t, Mask>> split_indices(const IndexPicture& picture) {
  const auto width = static_cast<std::size_t>(picture.size.width);
  const auto height = static_cast<std::size_t>(picture.size.height);
  MasksByIndex masks(picture.size);
  std::vector<std::uint16_t> block(height * block_columns);  // transposed
  for (std::size_t x0 = 0; x0 < width; x0 += block_columns) {
    const std::size_t count = std::min<std::size_t>(block_columns, width - x0);
    for (std::size_t y = 0; y < height; ++y) {
      const std::uint16_t* row = picture.indices.data() + y * width + x0;
      for (std::size_t i = 0; i < count; ++i) block[i * height + y] = row[i];
    }
    for (std::size_t i = 0; i < count; ++i) {
      add_column({block.data() + i * height, height}, static_cast<std::uint32_t>((x0 + i) * height), masks);
    }
  }
  return std::move(masks).finish();
}

}  // namespace sam
