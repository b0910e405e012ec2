// sam-annotator embed, run as a process.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "cli/process.h"

namespace sam {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

class EmbedCommandLine : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "sam-embed-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    fs::create_directories(folder_ / "project" / "images");
    environment_ = {"SAM_DATA_DIR=" + (folder_ / "data").string(), "SAM_CACHE_DIR=" + (folder_ / "cache").string(),
                    "CUDA_VISIBLE_DEVICES="};
  }
  void TearDown() override { fs::remove_all(folder_); }

  // Pictures of different content.
  void add_pictures(int count) const {
    for (int i = 0; i < count; ++i) {
      const fs::path picture = folder_ / "project" / "images" / ("picture" + std::to_string(i) + ".jpg");
      fs::copy_file(fs::path(SAM_SAMPLES) / "images" / "coffee.jpg", picture);
      std::ofstream(picture, std::ios::app) << i;
    }
  }
  std::vector<std::string> command(std::vector<std::string> more) const {
    const std::string models = std::string(SAM_TEST_DATA) + "/models/";
    std::vector<std::string> all{SAM_ANNOTATOR,
                                 "embed",
                                 (folder_ / "project").string(),
                                 "--encoder",
                                 models + "sam1_hwc.encoder.onnx",
                                 "--decoder",
                                 models + "sam1_four.decoder.onnx"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  ProcessResult embed(std::vector<std::string> more = {}) const {
    return run_process(command(std::move(more)), environment_);
  }
  std::size_t entries() const {
    std::error_code error;
    std::size_t count = 0;
    for (fs::directory_iterator entry(folder_ / "cache" / "embeddings", error), end; !error && entry != end; ++entry)
      count += entry->path().extension() == ".embedding" ? 1 : 0;
    return count;
  }

  fs::path folder_;
  std::vector<std::string> environment_;
};

TEST_F(EmbedCommandLine, PreparesAProjectOnceAndWritesNothingIntoIt) {
  add_pictures(4);
  const ProcessResult looked = embed({"--dry-run", "--json"});
  ASSERT_EQ(looked.status, 0) << looked.err;
  EXPECT_EQ(json::parse(looked.out).at("to_prepare"), 4);
  EXPECT_EQ(entries(), 0u);
  const ProcessResult first = embed({"--json"});
  ASSERT_EQ(first.status, 0) << first.err;
  EXPECT_EQ(first.err, "");
  const json made = json::parse(first.out);
  EXPECT_EQ(made.at("pictures"), 4);
  EXPECT_EQ(made.at("prepared"), 4);
  EXPECT_EQ(made.at("failed"), 0);
  EXPECT_EQ(made.at("interrupted"), false);
  EXPECT_EQ(made.at("bytes_written").get<int>(), 4 * made.at("bytes_each").get<int>());
  EXPECT_EQ(entries(), 4u);
  const ProcessResult again = embed({"--batch", "1"});
  EXPECT_EQ(again.status, 0);
  EXPECT_EQ(again.out, "4 pictures: 0 prepared, 4 were there before\n");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_ / "project"), {}), 1) << "images/ and nothing else";
}

TEST_F(EmbedCommandLine, WhatIsBrokenIsNamedAndTheStatusSaysSo) {
  add_pictures(2);
  std::ofstream(folder_ / "project" / "images" / "empty.jpg");
  std::ofstream(folder_ / "project" / "images" / "text.png") << "no picture at all";
  const ProcessResult result = embed({"--json"});
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.err, HasSubstr("empty.jpg: the file is empty"));
  EXPECT_THAT(result.err, HasSubstr("text.png: "));
  EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 2) << result.err;
  const json told = json::parse(result.out);
  EXPECT_EQ(told.at("prepared"), 2);
  EXPECT_EQ(told.at("failed"), 2);
  EXPECT_EQ(told.at("failures").size(), 2u);
}

TEST_F(EmbedCommandLine, WhatDoesNotFitOnDiskIsSaidBeforeItIsMade) {
  add_pictures(1);
  const std::uint64_t each = json::parse(embed({"--json"}).out).at("bytes_each");
  fs::remove_all(folder_ / "cache");
  fs::remove_all(folder_ / "project" / "images");
  fs::create_directories(folder_ / "project" / "images");
  add_pictures(8);
  const std::vector<std::string> little = {"--embedding-disk-bytes", std::to_string(each * 4), "--json"};
  const ProcessResult result = embed(little);
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.err, HasSubstr("not all fit: 8 embeddings of"));
  EXPECT_THAT(result.err, HasSubstr("--embedding-disk-bytes"));
  EXPECT_EQ(json::parse(result.out).at("prepared"), 3);
  EXPECT_EQ(json::parse(result.out).at("left_out"), 5);
  EXPECT_EQ(json::parse(embed(little).out).at("kept_before"), 3) << "what was made is still there";
}

TEST_F(EmbedCommandLine, InterruptedItKeepsWhatIsDoneAndGoesOnNextTime) {
  add_pictures(300);
  BackgroundProcess running(command({"--json"}), environment_);
  for (int i = 0; i < 2000 && entries() < 3; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  const ProcessResult stopped = running.stop(SIGINT);
  EXPECT_EQ(stopped.status, 130) << stopped.err;
  const json told = json::parse(stopped.out);
  EXPECT_EQ(told.at("interrupted"), true);
  EXPECT_GE(told.at("prepared"), 3);
  EXPECT_LT(told.at("prepared"), 300) << "it was asked to stop long before";
  EXPECT_EQ(told.at("prepared"), entries());
  const ProcessResult rest = embed({"--json"});
  EXPECT_EQ(rest.status, 0) << rest.err;
  EXPECT_EQ(json::parse(rest.out).at("kept_before"), told.at("prepared"));
  EXPECT_EQ(entries(), 300u);
}

TEST_F(EmbedCommandLine, WrongUsageIsOneLineAndStatusTwo) {
  add_pictures(1);
  const std::string project = (folder_ / "project").string();
  const auto expect = [&](std::vector<std::string> arguments, int status, const std::string& words) {
    arguments.insert(arguments.begin(), SAM_ANNOTATOR);
    const ProcessResult result = run_process(arguments, environment_);
    EXPECT_EQ(result.status, status) << result.err;
    EXPECT_THAT(result.err, HasSubstr(words));
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    EXPECT_EQ(result.out, "");
  };
  expect({"embed"}, 2, "DIR");
  expect({"embed", project, "--model", "grabcut"}, 2, "GrabCut has no embeddings");
  expect({"embed", project, "--encoder", "a.onnx"}, 2, "belong together");
  expect({"embed", project, "--encoder", "a.onnx", "--decoder", "b.onnx", "--batch", "65"}, 2, "--batch");
  expect({"embed", project, "--encoder", "a.onnx", "--decoder", "b.onnx", "--embedding-disk-bytes", "0"}, 2,
         "nothing is kept on disk");
  expect({"embed", (folder_ / "nowhere").string(), "--encoder", "a.onnx", "--decoder", "b.onnx"}, 1, "is not a folder");
  fs::create_directories(folder_ / "bare");
  expect({"embed", (folder_ / "bare").string(), "--encoder", "a.onnx", "--decoder", "b.onnx"}, 1, "holds no pictures");
}

}  // namespace
}  // namespace sam
