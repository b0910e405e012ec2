// The weights of a bilinear resize with antialiasing (a triangle as wide as the reduction), in fixed point, and the sums made with them.
// Threading: values and free functions without state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sam {

// For each output position, the source positions first..first+count that weigh in, and their weights.
struct TriangleFilter {
  int width = 0;  // weights a position, the last of them possibly unused
  std::vector<int> first;
  std::vector<int> count;
  std::vector<std::int32_t> weights;
  // The same once more for who multiplies 16-bit numbers in pairs: of two neighbours the lower 12 bits, then the upper ones.
  std::vector<std::int16_t> halves;

  const std::int32_t* at(int position) const { return weights.data() + static_cast<std::size_t>(position) * width; }
  int pairs() const { return width / 2 + 1; }  // a position; weights that are not there are 0
};

// From `from` source positions to `to`, which cover `extent` of them: less than one more or less than there are (see AreaReducer).
TriangleFilter make_triangle_filter(int from, double extent, int to);

// One row of RGB pixels, from_width of them, to to.size() / 3.
void filter_row(const std::uint8_t* from, int from_width, const TriangleFilter& filter, std::span<std::uint8_t> to);

// Sums of whole rows: begin, add each row with its weight, then write.
void begin_sums(std::span<std::int32_t> sums);
void add_row(const std::uint8_t* row, std::int32_t weight, std::span<std::int32_t> sums);
void write_sums(std::span<const std::int32_t> sums, std::uint8_t* to);

}  // namespace sam
