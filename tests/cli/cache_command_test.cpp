#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/process.h"

namespace sam {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

TEST(CacheCommand, SaysWhatIsOnDiskAndRemovesIt) {
  std::string name = (fs::temp_directory_path() / "sam-cache-command-XXXXXX").string();
  const fs::path folder = ::mkdtemp(name.data());
  const std::vector<std::string> environment = {"SAM_CACHE_DIR=" + folder.string(), "SAM_CONFIG="};
  const auto run = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {SAM_ANNOTATOR, "cache"});
    return run_process(arguments, environment);
  };
  EXPECT_THAT(run({}).out, HasSubstr("entries: 0\n"));
  EXPECT_FALSE(fs::exists(folder / "embeddings")) << "looking makes nothing";

  fs::create_directories(folder / "embeddings");
  const fs::path entry = folder / "embeddings" / (std::string(32, 'a') + ".embedding");
  std::ofstream(entry) << "12345";
  fs::create_directories(folder / "compiled");
  std::ofstream(folder / "compiled" / "k-v-h.blob") << "1234567";
  EXPECT_THAT(run({}).out, HasSubstr("compiled models: 1, "));
  const auto said = nlohmann::json::parse(run({"--json", "--embedding-disk-bytes", "1MiB"}).out);
  EXPECT_EQ(said.at("folder"), (folder / "embeddings").string());
  EXPECT_EQ(said.at("entries"), 1);
  EXPECT_EQ(said.at("bytes"), 5);
  EXPECT_EQ(said.at("limit_bytes"), 1 << 20);
  EXPECT_EQ(said.at("compiled_models"), 1);
  EXPECT_EQ(said.at("compiled_bytes"), 7);
  EXPECT_THAT(run({"--clear"}).out, AllOf(HasSubstr("removed 1 embeddings"), HasSubstr("removed 1 compiled models")));
  EXPECT_TRUE(fs::is_empty(folder / "compiled"));
  EXPECT_FALSE(fs::exists(entry));
  fs::remove_all(folder);
}

}  // namespace
}  // namespace sam
