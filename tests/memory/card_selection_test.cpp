#include "memory/probes/card_selection.h"

#include <gtest/gtest.h>

#include <random>

namespace sam {
namespace {

using Cards = std::vector<std::size_t>;

std::vector<CardId> cards(const std::vector<std::string>& uuids) {
  std::vector<CardId> result;
  for (std::size_t i = 0; i < uuids.size(); ++i) result.push_back({uuids[i], uuids[i], "", "", i});
  return result;
}

TEST(VisibleCards, StopAtTheFirstEntryThatNamesNoCard) {
  const auto three = cards({"GPU-a1", "GPU-a2", "GPU-c"});
  EXPECT_EQ(visible_cards(std::nullopt, three), (Cards{0, 1, 2}));
  EXPECT_EQ(visible_cards("2, 0", three), (Cards{2, 0}));
  EXPECT_EQ(visible_cards("0,7,1", three), (Cards{0}));
  EXPECT_EQ(visible_cards("-1", three), Cards{});
  EXPECT_EQ(visible_cards("0,-1,1", three), (Cards{0}));
  EXPECT_EQ(visible_cards("GPU-c,GPU-x,GPU-a1", three), (Cards{2}));
  EXPECT_EQ(visible_cards("GPU-a", three), Cards{});  // two begin so
  EXPECT_EQ(visible_cards("1,1", three), (Cards{1}));
  EXPECT_EQ(visible_cards("x", three), Cards{});
  EXPECT_EQ(visible_cards("", three), Cards{});
  EXPECT_EQ(visible_cards("99999999999999999999999", three), Cards{});
}

TEST(VisibleCards, AreValidAndDifferentForAnyText) {
  const auto three = cards({"GPU-a1", "GPU-a2", "GPU-c"});
  const std::string letters = "0129,-GPUMIGacx/ \0\xff";
  std::mt19937 random(5);
  for (int i = 0; i < 5000; ++i) {
    std::string text;
    for (auto n = random() % 12; n > 0; --n) text += letters[random() % letters.size()];
    const Cards chosen = visible_cards(text, three);
    for (std::size_t k = 0; k < chosen.size(); ++k) {
      EXPECT_LT(chosen[k], three.size());
      for (std::size_t j = 0; j < k; ++j) EXPECT_NE(chosen[j], chosen[k]);
    }
  }
}

TEST(CardOrder, NeedsTheDriverOnlyWhereItCanDiffer) {
  const auto one = cards({"GPU-a"});
  const auto two = cards({"GPU-a", "GPU-b"});
  EXPECT_FALSE(order_needs_driver(std::nullopt, std::nullopt, one));
  EXPECT_TRUE(order_needs_driver(std::nullopt, std::nullopt, two));
  EXPECT_TRUE(order_needs_driver("1", std::nullopt, two));
  EXPECT_FALSE(order_needs_driver("1", "PCI_BUS_ID", two));
  EXPECT_FALSE(order_needs_driver("GPU-b,GPU-a", std::nullopt, two));
  EXPECT_FALSE(order_needs_driver("", std::nullopt, two));
}

TEST(CardNames, AreComparedInOneForm) {
  EXPECT_EQ(uuid_digits("GPU-0A1b2c3d-0000-1111-2222-333344445555"), "0a1b2c3d000011112222333344445555");
  EXPECT_EQ(uuid_digits("MIG-GPU-0a1b/1/0"), "");
  EXPECT_EQ(uuid_digits(""), "");
  EXPECT_EQ(normal_pci_bus_id("00000000:3B:00.0"), normal_pci_bus_id("0000:3b:00.0"));
  EXPECT_EQ(normal_pci_bus_id("00010000:3B:00.0"), "10000:3b:00.0");
  EXPECT_EQ(normal_pci_bus_id(""), "");
}

}  // namespace
}  // namespace sam
