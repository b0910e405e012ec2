// Items with classes shared out over subsets so that each class has about the same share everywhere: iterative stratification of multi-label data
// (Sechidis, Tsoumakas, Vlahavas 2011). Free function, no state; the same seed gives the same answer on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sam {

struct SplitItem {
  std::vector<int> classes;  // that are on it, each once, from 0
  std::size_t weight = 1;    // pictures that stay together
  int subset = -1;           // where it is already and stays; -1: to be decided
};

// Sets each item's subset. shares: of the subsets, which need not add up to 1. stratify: else by weight alone. Requires at least one share above 0. A subset
// without a share gets nothing. Time: items times their classes times subsets.
void split_items(std::vector<SplitItem>& items, const std::vector<double>& shares, bool stratify, std::uint64_t seed);

}  // namespace sam
