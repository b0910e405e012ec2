#include "image/mask_cleaning.h"

#include <gtest/gtest.h>

#include <deque>

#include "image/random_mask.h"

namespace sam {
namespace {

// Groups of equal pixels, found by flooding: foreground over corners, background over edges.
struct Groups {
  std::vector<int> group;
  std::vector<std::uint64_t> area;
  std::vector<bool> foreground;
  std::vector<bool> at_border;
};

Groups flood(const std::vector<std::uint8_t>& bits, Size size) {
  Groups groups;
  groups.group.assign(bits.size(), -1);
  const auto at = [&](int x, int y) { return static_cast<std::size_t>(y) * size.width + x; };
  for (int x0 = 0; x0 < size.width; ++x0) {  // by the leftmost, then uppermost pixel
    for (int y0 = 0; y0 < size.height; ++y0) {
      if (groups.group[at(x0, y0)] >= 0) continue;
      const int id = static_cast<int>(groups.area.size());
      const bool inside = bits[at(x0, y0)] != 0;
      groups.area.push_back(0);
      groups.foreground.push_back(inside);
      groups.at_border.push_back(false);
      std::deque<std::pair<int, int>> open{{x0, y0}};
      groups.group[at(x0, y0)] = id;
      while (!open.empty()) {
        const auto [x, y] = open.front();
        open.pop_front();
        ++groups.area[id];
        if (x == 0 || y == 0 || x + 1 == size.width || y + 1 == size.height) groups.at_border[id] = true;
        for (int dx = -1; dx <= 1; ++dx) {
          for (int dy = -1; dy <= 1; ++dy) {
            if (!inside && dx != 0 && dy != 0) continue;
            const int u = x + dx;
            const int v = y + dy;
            if (u < 0 || v < 0 || u >= size.width || v >= size.height) continue;
            if ((bits[at(u, v)] != 0) != inside || groups.group[at(u, v)] >= 0) continue;
            groups.group[at(u, v)] = id;
            open.emplace_back(u, v);
          }
        }
      }
    }
  }
  return groups;
}

template <typename Belongs>
Mask kept(const Groups& groups, Size size, Belongs belongs) {
  std::vector<std::uint8_t> bits(groups.group.size());
  for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = belongs(static_cast<std::size_t>(groups.group[i])) ? 1 : 0;
  return mask_from_bits(bits, size);
}

TEST(MaskCleaning, IsThatOfFloodedBits) {
  std::mt19937 random(3);
  for (int round = 0; round < 500; ++round) {
    const Size size = random_size(random, 14);
    const auto bits = random_bits(size, random);
    const Mask mask = mask_from_bits(bits, size);
    const Groups groups = flood(bits, size);
    std::size_t largest = groups.area.size();
    for (std::size_t i = 0; i < groups.area.size(); ++i) {
      if (!groups.foreground[i]) continue;
      if (largest == groups.area.size() || groups.area[i] > groups.area[largest]) largest = i;
    }
    for (const std::uint64_t below : {0u, 1u, 2u, 4u, 1000u}) {
      ASSERT_EQ(fill_holes(mask, below), kept(groups, size, [&](std::size_t i) {
                  return groups.foreground[i] || (!groups.at_border[i] && (below == 0 || groups.area[i] < below));
                }));
      ASSERT_EQ(drop_specks(mask, below), kept(groups, size, [&](std::size_t i) {
                  return groups.foreground[i] && (i == largest || groups.area[i] >= below);
                }));
    }
  }
}

}  // namespace
}  // namespace sam
