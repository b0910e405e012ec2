#include <gtest/gtest.h>

#include <random>

#include "memory/probes/dxgi_memory.h"
#include "memory/probes/fallback_probe.h"

namespace sam {
namespace {

constexpr std::uint64_t gib = std::uint64_t{1} << 30;

TEST(DxgiMemory, TheBudgetIsWhatWeMayUse) {
  const MemoryReading reading = dxgi_reading({8 * gib, 6 * gib, 2 * gib});
  EXPECT_EQ(reading.total_bytes, 8 * gib);
  EXPECT_EQ(reading.free_bytes, 4 * gib);
  EXPECT_EQ(reading.used_bytes, 4 * gib);  // ours and what Windows keeps for others
  EXPECT_EQ(reading.used_by_this_program_bytes, 2 * gib);
  EXPECT_EQ(reading.source, "DXGI");
}

TEST(DxgiMemory, OverTheBudgetNothingIsFree) {
  EXPECT_EQ(dxgi_reading({8 * gib, 2 * gib, 3 * gib}).free_bytes, 0u);
  EXPECT_EQ(dxgi_reading({128 << 20, 4 * gib, 0}).total_bytes, 4 * gib);  // a card that shares the host's memory
  EXPECT_EQ(dxgi_reading({}).total_bytes, 0u);
}

TEST(DxgiMemory, AnyNumbersGiveAConsistentReading) {
  std::mt19937_64 random(9);
  const auto any = [&] { return random() >> (random() % 64); };
  for (int i = 0; i < 5000; ++i) {
    const MemoryReading reading = dxgi_reading({any(), any(), any()});
    EXPECT_EQ(reading.used_bytes + reading.free_bytes, reading.total_bytes);
    EXPECT_LE(reading.used_by_this_program_bytes.value(), reading.used_bytes);
  }
}

TEST(FallbackProbe, AnySourcesGiveAConsistentReadingOrNone) {
  std::mt19937_64 random(2);
  const auto any = [&] { return random() >> (random() % 64); };
  int warnings = 0;
  const auto source = [&](std::string& why) -> std::optional<MemoryReading> {
    const auto dice = random() % 4;
    if (dice == 0) throw std::runtime_error("vanished");
    if (dice == 1) why = "no";
    if (dice <= 1) return std::nullopt;
    MemoryReading reading;
    reading.total_bytes = any();
    reading.used_bytes = any();
    reading.free_bytes = any();
    return reading;
  };
  FallbackProbe probe("cuda:0", "a card", {{"first", source}, {"second", source}},
                      [&](const std::string&) { ++warnings; });
  for (int i = 0; i < 5000; ++i) {
    const auto reading = probe.read();
    if (!reading) continue;
    EXPECT_LE(reading->used_bytes, reading->total_bytes);
    EXPECT_LE(reading->free_bytes, reading->total_bytes - reading->used_bytes);
  }
  EXPECT_LE(warnings, 2);  // at most one a source, however often it comes and goes
}

}  // namespace
}  // namespace sam
