// Items shared out: in proportion, class by class, the same for the same seed.
#include "dataset/stratified_split.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace sam {
namespace {

std::vector<int> subsets_of(const std::vector<SplitItem>& items) {
  std::vector<int> subsets;
  for (const SplitItem& item : items) subsets.push_back(item.subset);
  return subsets;
}

// 1000 pictures with 0 to 4 of 12 classes, the last of them rare.
std::vector<SplitItem> many_items() {
  std::mt19937_64 random(42);
  std::vector<SplitItem> items(1000);
  for (SplitItem& item : items) {
    for (int id = 0; id < 12; ++id) {
      if (random() % static_cast<std::uint64_t>(2 + 4 * id) == 0) item.classes.push_back(id);
    }
  }
  return items;
}

double share_of(const std::vector<SplitItem>& items, int id, int subset) {
  double all = 0;
  double there = 0;
  for (const SplitItem& item : items) {
    const bool has = id < 0 || std::find(item.classes.begin(), item.classes.end(), id) != item.classes.end();
    all += has ? 1 : 0;
    there += has && item.subset == subset ? 1 : 0;
  }
  return there / all;
}

TEST(StratifiedSplit, EachClassHasItsShareEverywhere) {
  std::vector<SplitItem> items = many_items();
  const std::vector<double> shares = {0.8, 0.1, 0.1};
  split_items(items, shares, true, 1);
  for (int subset = 0; subset < 3; ++subset) {
    const double share = shares[static_cast<std::size_t>(subset)];
    EXPECT_NEAR(share_of(items, -1, subset), share, 0.01);
    for (int id = 0; id < 12; ++id) EXPECT_NEAR(share_of(items, id, subset), share, 0.035) << id << " in " << subset;
  }
}

TEST(StratifiedSplit, WithoutStratificationPicturesAreInProportion) {
  std::vector<SplitItem> items = many_items();
  split_items(items, {6, 2, 2}, false, 1);
  EXPECT_NEAR(share_of(items, -1, 0), 0.6, 0.002);
  EXPECT_NEAR(share_of(items, -1, 1), 0.2, 0.002);
}

TEST(StratifiedSplit, TheSeedDecidesAndNothingElse) {
  std::vector<SplitItem> items = {{{0}}, {{0}}, {{1}}, {{0, 1}}, {{}}, {{2}}, {{2}}, {{0}}, {{1}}, {{}}};
  std::vector<SplitItem> again = items;
  std::vector<SplitItem> other = items;
  split_items(items, {0.5, 0.5}, true, 7);
  split_items(again, {0.5, 0.5}, true, 7);
  split_items(other, {0.5, 0.5}, true, 8);
  EXPECT_EQ(subsets_of(items), subsets_of(again));
  EXPECT_NE(subsets_of(items), subsets_of(other));
  EXPECT_EQ(subsets_of(items), std::vector<int>({1, 1, 1, 0, 0, 1, 0, 0, 1, 0})) << "on every machine";
}

TEST(StratifiedSplit, WhatHasItsPlaceStaysAndCounts) {
  std::vector<SplitItem> items(100);
  for (SplitItem& item : items) item.classes = {0};
  for (std::size_t i = 0; i < 50; ++i) items[i].subset = 0;
  split_items(items, {0.5, 0.5}, true, 3);
  for (std::size_t i = 0; i < 50; ++i) EXPECT_EQ(items[i].subset, 0);
  EXPECT_DOUBLE_EQ(share_of(items, 0, 1), 0.5);
}

TEST(StratifiedSplit, EdgesOfWhatCanBeAsked) {
  std::vector<SplitItem> none;
  split_items(none, {1}, true, 0);
  std::vector<SplitItem> one = {{{5}, 3}};
  split_items(one, {0, 1, 0}, true, 0);
  EXPECT_EQ(one[0].subset, 1) << "a subset without a share gets nothing";
  std::vector<SplitItem> heavy(20);
  heavy[3].weight = 60;
  split_items(heavy, {0.75, 0.25}, true, 0);
  EXPECT_EQ(heavy[3].subset, 0);
}

}  // namespace
}  // namespace sam
