#include "memory/probes/nvml_probe.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "memory/memory_info.h"

namespace sam {
namespace {

class NvmlProbes : public testing::Test {
 protected:
  void SetUp() override { unsetenv("SCRIPTED_NVML"); }
  void TearDown() override { unsetenv("SCRIPTED_NVML"); }

  std::vector<std::unique_ptr<Probe>> probes(std::optional<std::string> visible = std::nullopt) {
    return make_nvml_probes({SCRIPTED_NVML_LIBRARY, std::move(visible)}, &why_none_);
  }

  std::string why_none_;
};

TEST_F(NvmlProbes, ReadEveryCard) {
  const auto cards = probes();
  ASSERT_EQ(cards.size(), 2u);
  EXPECT_EQ(cards[0]->domain(), "cuda:0");
  EXPECT_EQ(cards[0]->name(), "Scripted 8 GB");
  EXPECT_EQ(safe_get_memory_info(cards[0].get()).formatted, "Used: 2.45 GB / Total: 8.00 GB (30.6%)");
  EXPECT_EQ(cards[1]->name(), "Scripted 16 GB");
}

TEST_F(NvmlProbes, NumberCardsAsCudaDoes) {
  EXPECT_EQ(probes("1").at(0)->name(), "Scripted 16 GB");
  EXPECT_EQ(probes("1").at(0)->domain(), "cuda:0");
  EXPECT_EQ(probes("GPU-bbbb").at(0)->name(), "Scripted 16 GB");
  EXPECT_EQ(probes("1,0").at(1)->name(), "Scripted 8 GB");
  EXPECT_TRUE(probes("").empty());
  EXPECT_NE(why_none_.find("no visible NVIDIA card"), std::string::npos);
}

TEST_F(NvmlProbes, SayWhyThereIsNone) {
  EXPECT_TRUE(make_nvml_probes({"libno-such-library.so.1", std::nullopt}, &why_none_).empty());
  EXPECT_EQ(why_none_, "libno-such-library.so.1 not found: no NVIDIA driver");
  setenv("SCRIPTED_NVML", "fail", 1);
  EXPECT_TRUE(probes().empty());
  EXPECT_EQ(why_none_, "NVML: Driver Not Loaded");
}

TEST_F(NvmlProbes, ALostCardIsNoReadingAndTheInfoStaysComplete) {
  const auto cards = probes();
  setenv("SCRIPTED_NVML", "lost", 1);
  EXPECT_FALSE(cards[0]->read());
  const MemoryInfo info = safe_get_memory_info(cards[0].get());
  EXPECT_EQ(info.formatted, cpu_memory_sentence);
  EXPECT_EQ(info.total, 0u);
  EXPECT_EQ(info.utilization, 0.0);
  EXPECT_TRUE(cards[1]->read());
}

TEST(VisibleCards, StopAtTheFirstEntryThatNamesNoCard) {
  const std::vector<std::string> uuids = {"GPU-a", "GPU-b", "GPU-c"};
  using Cards = std::vector<std::size_t>;
  EXPECT_EQ(visible_cards(std::nullopt, uuids), (Cards{0, 1, 2}));
  EXPECT_EQ(visible_cards("2, 0", uuids), (Cards{2, 0}));
  EXPECT_EQ(visible_cards("0,7,1", uuids), (Cards{0}));
  EXPECT_EQ(visible_cards("-1", uuids), Cards{});
  EXPECT_EQ(visible_cards("0,-1,1", uuids), (Cards{0}));
  EXPECT_EQ(visible_cards("GPU-c,GPU-x,GPU-a", uuids), (Cards{2}));
  EXPECT_EQ(visible_cards("1,1", uuids), (Cards{1}));
  EXPECT_EQ(visible_cards("x", uuids), Cards{});
}

}  // namespace
}  // namespace sam
