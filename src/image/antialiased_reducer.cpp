#include "image/antialiased_reducer.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

namespace sam {

AntialiasedReducer::AntialiasedReducer(Size from, double extent_x, double extent_y, Size to)
    : from_(from),
      to_(to),
      keeps_width_(from.width == to.width && extent_x == from.width),
      across_(make_triangle_filter(from.width, extent_x, to.width)),
      down_(make_triangle_filter(from.height, extent_y, to.height)),
      rows_(std::min(down_.width, from.height)),
      kept_(std::size_t{3} * to.width * rows_),
      sums_(std::size_t{3} * to.width),
      pixels_(std::make_shared_for_overwrite<std::uint8_t[]>(std::size_t{3} * to.width * to.height)) {}

std::uint8_t* AntialiasedReducer::kept_row(int y) {
  return kept_.data() + sums_.size() * (y % rows_);
}

void AntialiasedReducer::add_row(const std::uint8_t* rgb) {
  const std::span<std::uint8_t> row(kept_row(next_in_++), sums_.size());
  if (keeps_width_) {
    std::memcpy(row.data(), rgb, row.size());
  } else {
    filter_row(rgb, from_.width, across_, row);
  }
  while (next_out_ < to_.height && down_.first[next_out_] + down_.count[next_out_] <= next_in_) emit_row();
}

void AntialiasedReducer::emit_row() {
  begin_sums(sums_);
  for (int i = 0; i < down_.count[next_out_]; ++i) {
    sam::add_row(kept_row(down_.first[next_out_] + i), down_.at(next_out_)[i], sums_);
  }
  write_sums(sums_, pixels_.get() + sums_.size() * next_out_++);
}

Image AntialiasedReducer::finish() {
  return Image(to_, std::move(pixels_));
}

Image resize_antialiased(ImageView view, Size to) {
  AntialiasedReducer reducer(view.size, view.size.width, view.size.height, to);
  for (int y = 0; y < view.size.height; ++y) reducer.add_row(view.row(y));
  return reducer.finish();
}

}  // namespace sam
