#include <gmock/gmock.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <stdexcept>

#include "cli/memory_bars.h"
#include "cli/process.h"

namespace sam {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::uint64_t gib = std::uint64_t{1} << 30;

ShownMemory eight_gib() {
  ShownDomain host;
  host.name = "Host";
  host.used_bytes = 4 * gib;
  host.total_bytes = 8 * gib;
  host.own_bytes = 3 * gib;
  host.limit_bytes = 7 * gib;
  host.owners = {{"weights", gib}, {"images", gib}, {"predictions", 0}, {"other", gib}};
  return {"SAM Annotator at http://127.0.0.1:8008", 0.8, 0.95, {host}};
}

std::vector<std::string> texts(const std::vector<ScreenLine>& lines) {
  std::vector<std::string> all;
  for (const ScreenLine& line : lines) all.push_back(line.text);
  return all;
}

// What a terminal shows of it.
std::string without_colours(const std::string& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b') {
      i = text.find('m', i);
    } else {
      plain += text[i];
    }
  }
  return plain;
}

TEST(MemoryBars, ABarShowsOwnersOthersAndMarks) {
  EXPECT_THAT(texts(memory_screen(eight_gib(), {82, false})),
              ElementsAre("SAM Annotator at http://127.0.0.1:8008  marks: warning 80%, critical 95%, limit",
                          "Host  normal  annotator 3.0 GB of 7.0 GB (43%)  all 4.0 GB of 8.0 GB (50%)",
                          "[WWWWWWWWWWIIIIIIIIIIOOOOOOOOOO.........................|..........|..|##########]",
                          "W weights 1.0 GB  I images 1.0 GB  O other 1.0 GB  # other programs 1.0 GB", ""));
}

TEST(MemoryBars, WithoutAnAnnotatorOnlyWhatTheProbesShow) {
  ShownMemory memory = eight_gib();
  memory.domains[0].own_bytes.reset();
  memory.domains[0].owners.clear();
  const auto lines = texts(memory_screen(memory, {42, false}));
  EXPECT_THAT(lines, testing::Contains("[UUUUUUUUUUUUUUUUUUUU...........|.....|.|]"));
  EXPECT_THAT(lines, testing::Contains("Host  normal  all 4.0 GB of 8.0 GB (50%)"));
}

TEST(MemoryBars, NoLineIsWiderThanTheTerminalWhateverTheNumbers) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 300; ++round) {
    const auto some = [&] { return random() % 4 == 0 ? 0 : random() >> (random() % 64); };
    ShownDomain domain;
    domain.name = std::string(random() % 120, 'n');
    domain.readable = random() % 2 == 0;
    domain.used_bytes = some();
    domain.total_bytes = some();
    if (random() % 2 == 0) domain.own_bytes = some();
    domain.limit_bytes = some();
    for (const char* owner : {"weights", "scratch", "", "other"}) domain.owners.emplace_back(owner, some());
    const std::size_t width = 40 + random() % 100;
    for (const bool colour : {false, true}) {
      for (const ScreenLine& line : memory_screen({"somewhere", 0.8, 0.95, {domain, domain}}, {width, colour})) {
        EXPECT_EQ(without_colours(line.text).size(), line.columns) << line.text;
        EXPECT_LE(line.columns, width) << line.text;
      }
    }
  }
}

TEST(MemoryBars, AReadingIsOneLineOfAFile) {
  EXPECT_EQ(
      memory_log_line(eight_gib(), "12:30:01"),
      "12:30:01 Host normal, annotator 3.0 GB of 7.0 GB (43%), all 4.0 GB of 8.0 GB (50%), weights 1.0 GB, images 1.0 "
      "GB, other 1.0 GB");
}

TEST(ShownMemory, AnAnswerThatIsNoneIsRefused) {
  for (const char* text : {"", "x", "{}", "[]", R"({"thresholds":{"warning":"a","critical":1},"domains":[]})",
                           R"({"thresholds":{"warning":0.8,"critical":0.95},"domains":[{"name":"Host"}]})"}) {
    EXPECT_THROW(shown_memory_of(text, "it"), std::runtime_error) << text;
  }
}

TEST(ShownMemory, WhatOthersSendDoesNotSteerTheTerminal) {
  const ShownMemory memory = shown_memory_of(
      R"({"thresholds":{"warning":0.8,"critical":0.95},"domains":[{"name":"a\u001b[2J","level":"normal","readable":true,)"
      R"("used":1,"total":2,"own":1,"limit":2,"other":0,"by_owner":{"wé":1}}]})",
      "it");
  EXPECT_EQ(memory.domains[0].name, "a?[2J");
  EXPECT_EQ(memory.domains[0].owners[0].first, "w??");
}

TEST(MemoryWatch, PrintsALineAReadingUntilASignalEndsIt) {
  BackgroundProcess watch({SAM_ANNOTATOR, "memory", "--watch", "--interval", "100"}, {"CUDA_VISIBLE_DEVICES="});
  EXPECT_THAT(watch.wait_for("all "), HasSubstr(" of "));
  const ProcessResult result = watch.stop(SIGINT);
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, Not(HasSubstr("\x1b")));
}

TEST(MemoryWatch, WithoutAnAnnotatorWhatCannotBeReadKeepsItsLastNumbers) {
  char folder[] = "/tmp/sam-watch-test-XXXXXX";
  const std::string script = std::string(mkdtemp(folder)) + "/script.txt";
  std::ofstream(script) << "0 host 7000MiB/8GiB\n400 host unreadable\n0 cuda:0 1GiB/8GiB stalled=0.3\n0 cuda:1 gone\n";
  BackgroundProcess watch({SAM_ANNOTATOR, "memory", "--watch", "--interval", "100"},
                          {"SAM_MEMORY_SCRIPT=" + script, "CUDA_VISIBLE_DEVICES="});
  const std::string text = watch.wait_for("host memory cannot be read now");
  EXPECT_EQ(watch.stop(SIGINT).status, 0);
  std::filesystem::remove_all(folder);
  EXPECT_THAT(text, HasSubstr(" scripted host memory warning, all 6.8 GB of 8.0 GB (85%)"));
  EXPECT_THAT(text, HasSubstr(" scripted host memory cannot be read now (last numbers), all 6.8 GB of 8.0 GB (85%)"));
  EXPECT_THAT(text, HasSubstr(" warning, all 1.0 GB of 8.0 GB (13%)")) << "a tenth of the time waiting is a warning";
  EXPECT_THAT(text, Not(HasSubstr("0 bytes of 0 bytes")));
}

TEST(MemoryWatch, AnAddressThatIsNoneIsOneLine) {
  for (const char* url : {"https://x", "garbage", "ftp://x", "http://", "http://h:99999", "http://a b"}) {
    const ProcessResult result = run_process({SAM_ANNOTATOR, "memory", "--watch", "--url", url});
    EXPECT_EQ(result.status, 2) << url;
    EXPECT_THAT(result.err, StartsWith("sam-annotator: --url " + std::string(url) + ": "));
    EXPECT_THAT(result.err, HasSubstr("give http://HOST:PORT"));
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
  }
}

TEST(MemoryWatch, AnAnnotatorThatIsNamedMustAnswer) {
  const ProcessResult none = run_process({SAM_ANNOTATOR, "memory", "--watch", "--port", "1"});
  EXPECT_EQ(none.status, 1);
  EXPECT_THAT(none.err, StartsWith("sam-annotator: no SAM Annotator answers at http://127.0.0.1:1"));
  EXPECT_EQ(run_process({SAM_ANNOTATOR, "memory", "--port", "8008"}).status, 2);  // only with --watch
  EXPECT_EQ(run_process({SAM_ANNOTATOR, "memory", "--watch", "--interval", "5"}).status, 2);
}

}  // namespace
}  // namespace sam
