// What the specification says of its settings, where no other test does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "settings/memory_settings.h"

namespace sam {
namespace {

TEST(ConformanceSettings, LinuxKeepsMoreAheadThanWindows) {
  const int on_linux = default_pictures_ahead(OperatingSystem::linux_kernel);
  const int on_windows = default_pictures_ahead(OperatingSystem::windows);
  EXPECT_EQ(on_linux, 3);
  EXPECT_EQ(on_windows, 1);
  EXPECT_EQ(MemoryOptions{}.pictures_ahead, default_pictures_ahead(this_system));
  for (const MemorySetting& setting : memory_settings_table()) {
    if (std::string_view(setting.key) == "pictures_ahead") {
      EXPECT_THAT(setting.help, testing::HasSubstr("default on Linux " + std::to_string(on_linux) + ", on Windows " +
                                                   std::to_string(on_windows)));
    }
  }
}

TEST(ConformanceSettings, TheFourVariablesHaveTheSpecificationsNames) {
  std::vector<std::string> variables;
  for (const MemorySetting& setting : memory_settings_table().first(4)) variables.emplace_back(setting.variable);
  EXPECT_THAT(variables, testing::ElementsAre("SAM_GPU_MEMORY_FRACTION", "SAM_MEMORY_WARNING_THRESHOLD",
                                              "SAM_MEMORY_CRITICAL_THRESHOLD", "SAM_ENABLE_MEMORY_GROWTH"));
}

// Reduced products are on unless switched off, as in the original.
TEST(ConformanceSettings, Tf32IsOnByDefault) {
  EXPECT_TRUE(MemoryOptions{}.tf32);
}

}  // namespace
}  // namespace sam
