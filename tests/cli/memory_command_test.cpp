// `sam-annotator memory` as a user runs it: settings right and wrong, and a script in place of the machine.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/process.h"

namespace sam {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class MemoryCommand : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "memory-command-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  ProcessResult run(std::vector<std::string> arguments, std::vector<std::string> environment = {}) {
    arguments.insert(arguments.begin(), {SAM_ANNOTATOR, "memory"});
    environment.push_back("XDG_CONFIG_HOME=" + folder_.string());
    return run_process(arguments, environment);
  }

  std::string write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
    return (folder_ / name).string();
  }

  std::filesystem::path folder_;
};

TEST_F(MemoryCommand, ExplainShowsEachValueAndWhereItCameFrom) {
  const std::string file = write("c.toml", "[memory]\npictures_ahead = 2\n");
  const std::vector<std::string> arguments = {"--explain", "--config", file, "--tf32", "off"};
  const std::vector<std::string> environment = {"SAM_GPU_MEMORY_FRACTION=0.7", "SAM_ENABLE_MEMORY_GROWTH=no"};
  const std::string text = run(arguments, environment).out;
  EXPECT_THAT(text, HasSubstr("memory growth is off: the limit is enforced strictly from the start"));
  EXPECT_THAT(text, HasSubstr("limit of host: "));
  auto with_json = arguments;
  with_json.push_back("--json");
  const auto settings = nlohmann::json::parse(run(with_json, environment).out).at("settings");
  const auto from = [&](const std::string& key) {
    for (const auto& value : settings.at("values")) {
      if (value.at("key") == key)
        return value.at("value").get<std::string>() + " " + value.at("from").get<std::string>();
    }
    return std::string();
  };
  EXPECT_EQ(from("gpu_memory_fraction"), "0.7 SAM_GPU_MEMORY_FRACTION");
  EXPECT_EQ(from("pictures_ahead"), "2 " + file + ":2");
  EXPECT_EQ(from("tf32"), "off --tf32");
  EXPECT_EQ(from("warning_threshold"), "0.8 default");
  EXPECT_EQ(from("enable_memory_growth"), "off SAM_ENABLE_MEMORY_GROWTH");
}

TEST_F(MemoryCommand, WrongValuesAreOneLineThatNamesThem) {
  for (const char* wrong : {"0,9", "1e-300", "1e9", "nan", "", "-1", "2"}) {
    const ProcessResult result = run({}, {std::string("SAM_GPU_MEMORY_FRACTION=") + wrong});
    EXPECT_EQ(result.status, 2) << wrong;
    EXPECT_THAT(result.err, AllOf(HasSubstr("SAM_GPU_MEMORY_FRACTION: "), HasSubstr(wrong), HasSubstr("[0.01, 1]")));
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
  }
  EXPECT_THAT(run({}, {"SAM_MEMORY_WARNING_THRESHOLD=0.96"}).err, HasSubstr("must be below the critical one"));
  EXPECT_THAT(run({"--config", write("c.toml", "[memory]\ntf23 = true\n")}).err,
              HasSubstr("c.toml:2: there is no setting"));
  EXPECT_THAT(run({"--host-memory-limit", "6"}).err, HasSubstr("--host-memory-limit: '6'"));
}

TEST_F(MemoryCommand, AScriptPlaysAnyMachine) {
  const std::string script = write("s.txt", "0 host 2GiB/8GiB\n0 cuda:0 2630667469/8GiB\n0 cuda:1 gone\n");
  const ProcessResult result = run({"--explain"}, {"SAM_MEMORY_SCRIPT=" + script});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, HasSubstr("(cuda:0, script): Used: 2.45 GB / Total: 8.00 GB (30.6%)"));
  EXPECT_THAT(result.out, HasSubstr("(cuda:1): Running on CPU - memory stats not available\n"));
  EXPECT_THAT(result.out, HasSubstr("limit of cuda:0: 7.20 GB of 8.00 GB"));
  EXPECT_THAT(result.out, HasSubstr("limit of cuda:1: not known until it can be read"));
  const ProcessResult wrong = run({}, {"SAM_MEMORY_SCRIPT=" + write("w.txt", "0 host 2GiB/8GiB\nnow cuda:0 1/2\n")});
  EXPECT_EQ(wrong.status, 2);
  EXPECT_THAT(wrong.err, HasSubstr("w.txt:2: 'now' is no time"));
}

TEST_F(MemoryCommand, AVariableThatLooksLikeASettingIsNotIgnoredInSilence) {
  const ProcessResult result = run({}, {"SAM_GPU_MEMORY_FRACTIONS=0.3", "SAM_MEMORY_WARNING=0.5", "SAM_SOMETHING=1"});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.err, AllOf(HasSubstr("SAM_GPU_MEMORY_FRACTIONS is no setting and is ignored; did you mean "
                                          "SAM_GPU_MEMORY_FRACTION?\n"),
                                HasSubstr("SAM_MEMORY_WARNING is no setting"), Not(HasSubstr("SAM_SOMETHING"))));
}

TEST_F(MemoryCommand, ExplainSaysWhatAGigabyteIs) {
  const std::string text =
      run({"--explain", "--host-memory-limit", "1GB"}, {"SAM_MEMORY_SCRIPT=" + write("s.txt", "0 host 2GiB/8GiB\n")})
          .out;
  EXPECT_THAT(text, AllOf(HasSubstr("limit of host: 0.93 GB of 8.00 GB"), HasSubstr("1GB is 10^9 bytes")));
}

TEST_F(MemoryCommand, AHostThatCannotBeReadIsSaidOnce) {
  const ProcessResult result = run({}, {"SAM_MEMORY_SCRIPT=" + write("s.txt", "0 host gone\n")});
  EXPECT_THAT(result.out, testing::StartsWith("scripted host memory (host): cannot be read\n"));
}

TEST_F(MemoryCommand, ExplainSaysWhatLimitsAHostThatCannotBeRead) {
  const std::string script = "SAM_MEMORY_SCRIPT=" + write("s.txt", "0 host gone\n");
  EXPECT_THAT(
      run({"--explain"}, {script}).out,
      HasSubstr("limit of host: none, because a fraction of memory that cannot be read is not known; bytes are, "
                "such as SAM_HOST_MEMORY_LIMIT=6GiB\n"));
  EXPECT_THAT(run({"--explain"}, {script, "SAM_HOST_MEMORY_LIMIT=6GiB"}).out,
              HasSubstr("limit of host: 6.00 GB of memory that cannot be read\n"));
}

// Where the memory cannot be read, work goes on, and is told once what would limit it.
TEST_F(MemoryCommand, WorkGoesOnWhereTheHostCannotBeRead) {
  const ProcessResult result = run_process(
      {SAM_ANNOTATOR, "segment", std::string(SAM_SAMPLES) + "/images/coffee.jpg", "--box", "100,50,400,350"},
      {"SAM_MEMORY_SCRIPT=" + write("s.txt", "0 host gone\n"), "XDG_CONFIG_HOME=" + folder_.string()});
  EXPECT_EQ(result.status, 0) << result.err;
  const std::string warning =
      "host memory cannot be read: nothing limits this program; set SAM_HOST_MEMORY_LIMIT in bytes";
  const std::size_t at = result.err.find(warning);
  EXPECT_NE(at, std::string::npos) << result.err;
  EXPECT_EQ(result.err.find(warning, at + 1), std::string::npos) << result.err;
}

TEST_F(MemoryCommand, AFractionThatIsLessThanTheLeastLimitIsAnErrorThatNamesBoth) {
  const std::string script = "SAM_MEMORY_SCRIPT=" + write("s.txt", "0 host 2GiB/8GiB\n");
  const std::string sentence =
      "SAM_HOST_MEMORY_LIMIT: host_memory_limit '1e-05' of the host's 8.0 GB is 84 KB; it must be 16 MB or more";
  const ProcessResult shown = run({}, {script, "SAM_HOST_MEMORY_LIMIT=0.00001"});
  EXPECT_EQ(shown.status, 2);
  EXPECT_THAT(shown.err, HasSubstr(sentence));
  const ProcessResult worked = run_process(
      {SAM_ANNOTATOR, "segment", std::string(SAM_SAMPLES) + "/images/coffee.jpg", "--box", "100,50,400,350"},
      {script, "SAM_HOST_MEMORY_LIMIT=0.00001", "XDG_CONFIG_HOME=" + folder_.string()});
  EXPECT_EQ(worked.status, 2);
  EXPECT_THAT(worked.err, HasSubstr(sentence));
  EXPECT_EQ(run({}, {script, "SAM_HOST_MEMORY_LIMIT=0.002"}).status, 0) << "16.4 MB";
}

TEST_F(MemoryCommand, TheFractionHoldsForEveryCard) {
  const std::string script = write("s.txt", "0 host 2GiB/8GiB\n0 cuda:0 1GiB/8GiB\n0 cuda:1 1GiB/16GiB\n");
  const std::string text = run({"--explain"}, {"SAM_MEMORY_SCRIPT=" + script, "SAM_GPU_MEMORY_FRACTION=0.5"}).out;
  EXPECT_THAT(text,
              AllOf(HasSubstr("limit of cuda:0: 4.00 GB of 8.00 GB"), HasSubstr("limit of cuda:1: 8.00 GB of 16.00 GB"),
                    HasSubstr("limit of host: 7.20 GB of 8.00 GB")));
}

TEST_F(MemoryCommand, TheRunningProgramKeepsTheFractionOfEveryCard) {
  const std::filesystem::path project = folder_ / "project";
  std::filesystem::copy(SAM_SAMPLES, project, std::filesystem::copy_options::recursive);
  const std::string script = write("s.txt", "0 host 2GiB/8GiB\n0 cuda:0 1GiB/8GiB\n0 cuda:1 1GiB/16GiB\n");
  BackgroundProcess program({SAM_ANNOTATOR, "--category_path", project.string(), "--port", "18476"},
                            {"SAM_MEMORY_SCRIPT=" + script, "SAM_GPU_MEMORY_FRACTION=0.5",
                             "SAM_CACHE_DIR=" + (folder_ / "cache").string(), "SAM_CONFIG="});
  ASSERT_NE(program.wait_for("Ctrl+C"), "");
  const auto answer = httplib::Client("127.0.0.1", 18476).Get("/api/v1/memory");
  ASSERT_TRUE(answer);
  const auto domains = nlohmann::json::parse(answer->body).at("domains");
  ASSERT_EQ(domains.size(), 3u);
  EXPECT_EQ(domains[1].at("limit"), std::uint64_t{4} << 30);
  EXPECT_EQ(domains[2].at("limit"), std::uint64_t{8} << 30);
  EXPECT_EQ(program.stop(SIGINT).status, 0);
}

}  // namespace
}  // namespace sam
