#include "settings/memory_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <random>

#include "settings/memory_table.h"

namespace sam {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class MemorySettingsTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "settings-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    variables_["XDG_CONFIG_HOME"] = folder_.string();
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  // Writes the file that is found without being named.
  std::string write(const std::string& text) {
    const std::filesystem::path file = folder_ / "sam-annotator" / "config.toml";
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
    return file.string();
  }

  MemorySettings read() {
    SettingsInput input;
    input.environment = [this](const std::string& name) -> std::optional<std::string> {
      const auto found = variables_.find(name);
      if (found == variables_.end()) return std::nullopt;
      return found->second;
    };
    input.config_file = config_;
    input.flags = flags_;
    return read_memory_settings(input, files_);
  }

  std::string error() {
    try {
      read();
    } catch (const SettingsError& e) {
      return e.what();
    }
    return "no error";
  }

  std::string error_of(const std::string& variable, const std::string& value) {
    variables_[variable] = value;
    const std::string what = error();
    variables_.erase(variable);
    return what;
  }

  static const SettingValue& value(const MemorySettings& settings, const std::string& key) {
    for (const SettingValue& v : settings.values) {
      if (v.setting->key == key) return v;
    }
    throw std::out_of_range(key);
  }

  PosixFileSystem files_;
  std::filesystem::path folder_;
  std::map<std::string, std::string> variables_;
  std::string config_;
  std::vector<std::pair<std::string, std::string>> flags_;
};

TEST_F(MemorySettingsTest, DefaultsAreTheSpecifications) {
  const MemorySettings settings = read();
  EXPECT_EQ(settings.options.gpu_memory_fraction, 0.9);
  EXPECT_EQ(settings.options.warning_threshold, 0.8);
  EXPECT_EQ(settings.options.critical_threshold, 0.95);
  EXPECT_TRUE(settings.options.enable_memory_growth);
  EXPECT_EQ(settings.options.image_cache_bytes, 1'000'000'000u);
  EXPECT_EQ(settings.options.image_cache_entries, 10u);
  EXPECT_EQ(settings.options.prediction_cache_entries, 50u);
  EXPECT_EQ(settings.options.gpu_optimize_threshold, 0.8);
  EXPECT_TRUE(settings.file.empty());
  EXPECT_EQ(settings.values.size(), memory_settings_table().size());
  for (const SettingValue& v : settings.values) EXPECT_EQ(v.from, "default") << v.setting->key;
}

TEST_F(MemorySettingsTest, LaterPlacesWinAndEachValueKnowsItsOwn) {
  const std::string file = write(
      "# mine\n[memory]\ngpu_memory_fraction = 0.5\nwarning_threshold = 0.6\nenable_memory_growth = false\n"
      "host_memory_limit = \"6GiB\"\nimage_cache_entries = 7\n");
  variables_["SAM_GPU_MEMORY_FRACTION"] = "0.7";
  variables_["SAM_MEMORY_WARNING_THRESHOLD"] = "0.7";
  flags_ = {{"--gpu-memory-fraction", "0.8"}};
  const MemorySettings settings = read();
  EXPECT_EQ(settings.file, file);
  EXPECT_EQ(settings.options.gpu_memory_fraction, 0.8);
  EXPECT_EQ(value(settings, "gpu_memory_fraction").from, "--gpu-memory-fraction");
  EXPECT_EQ(settings.options.warning_threshold, 0.7);
  EXPECT_EQ(value(settings, "warning_threshold").from, "SAM_MEMORY_WARNING_THRESHOLD");
  EXPECT_FALSE(settings.options.enable_memory_growth);
  EXPECT_EQ(value(settings, "enable_memory_growth").from, file + ":5");
  EXPECT_EQ(value(settings, "enable_memory_growth").value, "off");
  EXPECT_EQ(settings.options.host_memory_limit.bytes, std::uint64_t{6} << 30);
  EXPECT_EQ(settings.options.image_cache_entries, 7u);
}

TEST_F(MemorySettingsTest, BooleansAreReadAsTheOriginalTookThem) {
  for (const char* on : {"True", "true", "TRUE", "1", "yes", "YES", "on", " On "}) {
    variables_["SAM_ENABLE_MEMORY_GROWTH"] = on;
    EXPECT_TRUE(read().options.enable_memory_growth) << on;
  }
  for (const char* off : {"False", "false", "0", "no", "No", "off", "OFF"}) {
    variables_["SAM_ENABLE_MEMORY_GROWTH"] = off;
    EXPECT_FALSE(read().options.enable_memory_growth) << off;
  }
  for (const char* wrong : {"", "2", "tru", "y", "enabled", "0.0"}) {
    EXPECT_THAT(error_of("SAM_ENABLE_MEMORY_GROWTH", wrong),
                AllOf(HasSubstr("SAM_ENABLE_MEMORY_GROWTH"), HasSubstr("true, 1, yes, on, false, 0, no or off")));
  }
}

TEST_F(MemorySettingsTest, TheHostLimitIsBytesOrAFraction) {
  const auto limit = [&](const char* text) {
    variables_["SAM_HOST_MEMORY_LIMIT"] = text;
    return read().options.host_memory_limit;
  };
  EXPECT_EQ(limit("6GiB").bytes, std::uint64_t{6} << 30);
  EXPECT_EQ(limit("6000000000").bytes, 6'000'000'000u);
  EXPECT_EQ(limit("512MB").bytes, 512'000'000u);
  EXPECT_EQ(limit("2 GB").bytes, 2'000'000'000u);
  EXPECT_EQ(limit("0.5").bytes, 0u);
  EXPECT_EQ(limit("0.5").fraction, 0.5);
  EXPECT_EQ(limit("1").fraction, 1.0);
  for (const char* wrong : {"0", "-1", "1.5", "6", "15MiB", "nan", "inf", "", "6 gallons", "1e30", "0,5"})
    EXPECT_THAT(error_of("SAM_HOST_MEMORY_LIMIT", wrong), AllOf(HasSubstr("SAM_HOST_MEMORY_LIMIT"), HasSubstr(wrong),
                                                                HasSubstr("a fraction in (0, 1], or bytes from 16MiB")))
        << wrong;
}

TEST_F(MemorySettingsTest, AWrongValueNamesTheVariableTheValueAndTheRange) {
  for (const char* variable :
       {"SAM_GPU_MEMORY_FRACTION", "SAM_MEMORY_WARNING_THRESHOLD", "SAM_MEMORY_CRITICAL_THRESHOLD"}) {
    const char* range = std::string_view(variable) == "SAM_GPU_MEMORY_FRACTION" ? "[0.01, 1]" : "(0, 1]";
    for (const char* wrong :
         {"0", "1.0001", "-0.5", "nan", "NaN", "inf", "-inf", "1e9", "0,9", "80%", "abc", "0.5x", "0x1p-1"})
      EXPECT_THAT(error_of(variable, wrong),
                  AllOf(HasSubstr(std::string(variable) + ": '" + wrong + "'"), HasSubstr(range)));
    EXPECT_THAT(error_of(variable, ""), AllOf(HasSubstr(variable), HasSubstr("is empty"), HasSubstr(range)));
    EXPECT_THAT(error_of(variable, "   "), HasSubstr(variable));
  }
  EXPECT_THAT(error_of("SAM_GPU_MEMORY_FRACTION", "0,9"), HasSubstr("decimal point as a point, not a comma"));
  EXPECT_EQ(error_of("SAM_GPU_MEMORY_FRACTION", "1"), "no error");
  EXPECT_EQ(error_of("SAM_GPU_MEMORY_FRACTION", "0.01"), "no error");
  EXPECT_THAT(error_of("SAM_GPU_MEMORY_FRACTION", "1e-300"), HasSubstr("must be a number in [0.01, 1]"));
}

TEST_F(MemorySettingsTest, ThresholdsOutOfOrderAreAnError) {
  EXPECT_THAT(error_of("SAM_MEMORY_WARNING_THRESHOLD", "0.95"),
              AllOf(HasSubstr("SAM_MEMORY_WARNING_THRESHOLD"), HasSubstr("0.95"),
                    HasSubstr("SAM_MEMORY_CRITICAL_THRESHOLD"), HasSubstr("must be below")));
  EXPECT_THAT(error_of("SAM_MEMORY_CRITICAL_THRESHOLD", "0.5"), HasSubstr("0.8 (its default)"));
  variables_["SAM_MEMORY_WARNING_THRESHOLD"] = "0.96";
  variables_["SAM_MEMORY_CRITICAL_THRESHOLD"] = "0.99";
  EXPECT_EQ(error(), "no error");
  variables_["SAM_MEMORY_WARNING_THRESHOLD"] = "0.03";
  EXPECT_THAT(error(), HasSubstr("hysteresis"));
}

TEST_F(MemorySettingsTest, EveryPlaceTakesEveryShownValueOfEveryRow) {
  const MemorySettings defaults = read();
  for (const SettingValue& v : defaults.values) {
    variables_[v.setting->variable] = v.value;
    flags_ = {{v.setting->flag, v.value}};
    write("[memory]\n" + std::string(v.setting->key) + " = \"" + v.value + "\"\n");
    const MemorySettings settings = read();
    EXPECT_EQ(value(settings, v.setting->key).value, v.value);
    EXPECT_EQ(value(settings, v.setting->key).from, v.setting->flag);
    for (const char* hostile : {"", "nan", "-1", "1e400", "99999999999999999999999", "\x01\xff", "0x", "on off"}) {
      flags_ = {{v.setting->flag, hostile}};
      EXPECT_THAT(error(), HasSubstr(std::string(v.setting->flag) + ": ")) << hostile;
    }
    flags_.clear();
    variables_.erase(v.setting->variable);
  }
}

TEST_F(MemorySettingsTest, ErrorsOfTheFileNameItsLine) {
  std::string file = write("[memory]\n\ngpu_memory_fraction = 1.5\n");
  EXPECT_THAT(error(), AllOf(HasSubstr(file + ":3: memory.gpu_memory_fraction: '1.5'"), HasSubstr("[0.01, 1]")));
  write("[memory]\ngpu_memory_fracton = 0.5\n");
  EXPECT_THAT(error(), AllOf(HasSubstr(file + ":2"), HasSubstr("did you mean gpu_memory_fraction?")));
  write("[memory]\nxyzzy_quux_plugh = 0.5\n");
  EXPECT_THAT(error(), HasSubstr("known: gpu_memory_fraction, warning_threshold"));
  write("[memry]\ngpu_memory_fraction = 0.5\n");
  EXPECT_THAT(error(), HasSubstr("did you mean memory?"));
  write("gpu_memory_fraction = 0.5\n");
  EXPECT_THAT(error(), HasSubstr("belongs under a line [memory]"));
  write("[memory]\ngpu_memory_fraction = 0,9\n");
  EXPECT_THAT(error(), AllOf(HasSubstr(file + ":2"), HasSubstr("written with a point")));
  write("[memory]\ngpu_memory_fraction = [0.9]\n");
  EXPECT_THAT(error(), AllOf(HasSubstr(file + ":2"), HasSubstr("[0.01, 1]")));
  write("[memory]\ngpu_memory_fraction = nan\n");
  EXPECT_THAT(error(), HasSubstr("'nan' must be"));
  write("[memory]\ngpu_memory_fraction = 1e9\n");
  EXPECT_THAT(error(), HasSubstr("[0.01, 1]"));
}

TEST_F(MemorySettingsTest, HostileFilesAreErrorsOrEmpty) {
  write("");
  EXPECT_EQ(error(), "no error");
  write("[memory]\nwarning_threshold = 0.5");  // no newline at the end
  EXPECT_EQ(read().options.warning_threshold, 0.5);
  write(std::string("\0\x01\xff[memory", 10));
  EXPECT_THAT(error(), HasSubstr("not TOML"));
  write(std::string(2 << 20, '#'));
  EXPECT_THAT(error(), HasSubstr("cannot be read"));
  write("[memory]\nimage_cache_bytes = -1\n");
  EXPECT_THAT(error(), HasSubstr("'-1' must be bytes from 0"));
  write("[memory]\nimage_cache_bytes = 99999999999999999999\n");
  EXPECT_NE(error(), "no error");
  std::mt19937 random(3);
  for (int i = 0; i < 300; ++i) {
    std::string text = "[memory]\ngpu_memory_fraction = 0.5\nhost_memory_limit = \"6GiB\"\n";
    for (int n = 0; n < 3; ++n) text[random() % text.size()] = static_cast<char>(random() % 256);
    write(text);
    error();  // an answer or a SettingsError; anything else would end the test
  }
}

TEST_F(MemorySettingsTest, ANamedFileMustExist) {
  config_ = (folder_ / "nowhere.toml").string();
  EXPECT_THAT(error(), AllOf(HasSubstr("--config"), HasSubstr("nowhere.toml does not exist")));
  config_ = folder_.string();
  EXPECT_THAT(error(), HasSubstr("is not a file"));
  config_.clear();
  EXPECT_THAT(error_of("SAM_CONFIG", (folder_ / "nowhere.toml").string()), HasSubstr("SAM_CONFIG"));
  write("nonsense");
  EXPECT_EQ(error_of("SAM_CONFIG", ""), "no error");  // no file
  std::ofstream(folder_ / "other.toml") << "[memory]\nhold_ms = 10\n";
  variables_["SAM_CONFIG"] = (folder_ / "other.toml").string();
  EXPECT_EQ(read().options.hold, std::chrono::milliseconds(10));
}

TEST_F(MemorySettingsTest, MemoryGrowthIsExplainedBothWays) {
  EXPECT_THAT(memory_growth_meaning(true), HasSubstr("grows on demand, up to the limit"));
  EXPECT_THAT(memory_growth_meaning(false), HasSubstr("strictly from the start"));
}

TEST(ResemblingVariable, FindsTypingErrorsAndNamesCutShort) {
  const std::vector<std::string> known = {"SAM_CONFIG", "SAM_GPU_MEMORY_FRACTION", "SAM_MEMORY_WARNING_THRESHOLD"};
  EXPECT_EQ(resembling_variable("SAM_GPU_MEMORY_FRACTIONS", known), "SAM_GPU_MEMORY_FRACTION");
  EXPECT_EQ(resembling_variable("SAM_GPU_MEM_FRACTION", known), "SAM_GPU_MEMORY_FRACTION");
  EXPECT_EQ(resembling_variable("SAM_MEMORY_WARNING", known), "SAM_MEMORY_WARNING_THRESHOLD");
  EXPECT_EQ(resembling_variable("SAM_CONFIG_FILE", known), "SAM_CONFIG");
  for (const char* other : {"SAM_", "SAM_GPU", "SAM_MODEL", "SAM_ANNOTATOR_BIN", ""}) {
    EXPECT_EQ(resembling_variable(other, known), "") << other;
  }
}

TEST(NearestName, FindsTypingErrorsOnly) {
  EXPECT_EQ(nearest_name("tf23", {"tf32", "hold_ms"}), "tf32");
  EXPECT_EQ(nearest_name("something_else_entirely", {"tf32", "hold_ms"}), "");
  EXPECT_EQ(nearest_name("", {}), "");
}

TEST_F(MemorySettingsTest, AFractionOfTheHostHasTheFloorThatBytesHave) {
  constexpr std::uint64_t gib = std::uint64_t{1} << 30;
  const auto error_on = [&](std::uint64_t total_bytes) -> std::string {
    try {
      check_host_limit(read(), total_bytes);
    } catch (const SettingsError& e) {
      return e.what();
    }
    return "no error";
  };
  EXPECT_EQ(error_on(gib / 1024), "no error") << "nobody set the default";
  variables_["SAM_HOST_MEMORY_LIMIT"] = "0.001";
  EXPECT_EQ(
      error_on(8 * gib),
      "SAM_HOST_MEMORY_LIMIT: host_memory_limit '0.001' of the host's 8.0 GB is 8 MB; it must be 16 MB or more: set "
      "a larger fraction, or bytes");
  EXPECT_EQ(error_on(64 * gib), "no error");
  EXPECT_EQ(error_on(0), "no error") << "a total that is not known";
  flags_ = {{"--host-memory-limit", "0.002"}};
  EXPECT_EQ(error_on(8 * gib), "no error") << "the last one counts";
  EXPECT_THAT(error_on(4 * gib), HasSubstr("--host-memory-limit: host_memory_limit '0.002'"));
  flags_ = {{"--host-memory-limit", "16MiB"}};
  EXPECT_EQ(error_on(8 * gib), "no error");
}

}  // namespace
}  // namespace sam
