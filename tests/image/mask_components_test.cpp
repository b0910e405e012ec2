#include "image/mask_components.h"

#include <gtest/gtest.h>

#include <random>

#include "image/outline.h"

namespace sam {
namespace {

Mask from_text(const std::vector<std::string>& rows) {
  std::vector<std::uint8_t> bits;
  for (const std::string& row : rows) {
    for (char c : row) bits.push_back(c == '#' ? 1 : 0);
  }
  return mask_from_bits(bits, {static_cast<int>(rows[0].size()), static_cast<int>(rows.size())});
}

TEST(ConnectedComponents, PixelsThatTouchAtACornerAreOne) {
  EXPECT_EQ(connected_components(from_text({"#..", ".#.", "#.."})).size(), 1u);
  EXPECT_EQ(connected_components(from_text({"#.#", "#.#", "###"})).size(), 1u);
  EXPECT_EQ(connected_components(from_text({"#.#", "#.#", "..."})).size(), 2u);
  EXPECT_EQ(connected_components(from_text({"..#", "...", "#.."})).size(), 2u);
  EXPECT_EQ(connected_components(from_text({"...", "..."})).size(), 0u);
  EXPECT_EQ(connected_components(from_text({"###", "###"})).size(), 1u);
  EXPECT_TRUE(connected_components(Mask{}).empty());
}

TEST(ConnectedComponents, AreThePartsOfTheOutlineAndTogetherTheMask) {
  std::mt19937 random(8);
  for (int round = 0; round < 200; ++round) {
    const Size size{1 + round % 23, 1 + round % 17};
    std::vector<std::uint8_t> bits(pixel_count(size));
    for (auto& bit : bits) bit = random() % 3 == 0;
    const Mask mask = mask_from_bits(bits, size);
    const std::vector<Mask> components = connected_components(mask);
    const Polygon outlines = trace_outlines(mask);
    ASSERT_EQ(components.size(), outlines.size());
    std::vector<std::uint8_t> together(pixel_count(size));
    for (std::size_t i = 0; i < components.size(); ++i) {
      EXPECT_EQ(polygon_to_mask({outlines[i]}, size), components[i]);
      const std::vector<std::uint8_t> piece = mask_to_bits(components[i]);
      for (std::size_t k = 0; k < piece.size(); ++k)
        together[k] = static_cast<std::uint8_t>(together[k] + piece[k] / 255);
    }
    EXPECT_EQ(together, bits);
  }
}

}  // namespace
}  // namespace sam
