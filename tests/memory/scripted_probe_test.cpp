#include "memory/probes/scripted_probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "memory/captured_log.h"
#include "memory/probes/machine_probes.h"

namespace sam {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class HandClock final : public Clock {
 public:
  std::chrono::steady_clock::time_point now() const override { return time; }
  std::chrono::system_clock::time_point wall_now() const override { return {}; }
  void set_ms(int ms) { time = begin + std::chrono::milliseconds(ms); }

  const std::chrono::steady_clock::time_point begin{std::chrono::hours(5)};
  std::chrono::steady_clock::time_point time = begin;
};

constexpr std::uint64_t gib = std::uint64_t{1} << 30;

std::string error_of(const std::string& text) {
  try {
    parse_memory_script(text, "rehearsal.txt");
  } catch (const MemoryScriptError& error) {
    return error.what();
  }
  return "no error";
}

TEST(ScriptedProbe, PlaysItsLinesByTheClock) {
  HandClock clock;
  const auto probes = make_scripted_probes(parse_memory_script("# a rehearsal\n"
                                                               "0 host 2GiB/8GiB\n"
                                                               "1000 cuda:0 1GiB/8GiB ours=512MiB   # waits\n"
                                                               "\n"
                                                               "2000 cuda:0 7GiB/8GiB stalled=0.25\r\n"
                                                               "3000 cuda:0 unreadable\n"
                                                               "4000 cuda:0 6GiB/8GiB\n"
                                                               "5000 cuda:0 gone",
                                                               "rehearsal.txt"),
                                           clock);
  ASSERT_EQ(probes.size(), 2u);
  EXPECT_EQ(probes[0]->domain(), "host");
  Probe& card = *probes[1];
  EXPECT_EQ(card.domain(), "cuda:0");
  clock.set_ms(700'000);  // time begins with the first reading
  const auto first = card.read();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->used_bytes, gib);
  EXPECT_EQ(first->free_bytes, 7 * gib);
  EXPECT_EQ(first->used_by_this_program_bytes, gib / 2);
  EXPECT_EQ(first->source, "script");
  clock.set_ms(701'999);
  EXPECT_EQ(card.read()->used_bytes, gib);
  clock.set_ms(702'000);
  EXPECT_EQ(card.read()->used_bytes, 7 * gib);
  EXPECT_EQ(card.read()->stalled, 0.25);
  clock.set_ms(703'500);
  EXPECT_FALSE(card.read());
  EXPECT_EQ(probes[0]->read()->used_bytes, 2 * gib);
  clock.set_ms(704'000);
  EXPECT_TRUE(card.read());
  clock.set_ms(5'000'000);
  EXPECT_FALSE(card.read());
}

TEST(MemoryScript, ABadLineIsNamedByItsNumber) {
  EXPECT_THAT(error_of("0 host 1GiB/2GiB\nnonsense\n"), HasSubstr("rehearsal.txt:2: three things are needed"));
  EXPECT_THAT(error_of("-5 host 1GiB/2GiB"),
              AllOf(HasSubstr("rehearsal.txt:1: '-5' is no time"), HasSubstr("a line looks like: ")));
  EXPECT_THAT(error_of("0 gpu0 1GiB/2GiB"), HasSubstr("'gpu0' is no domain: host, or cuda:0 to cuda:7"));
  EXPECT_THAT(error_of("0 cuda:8 1GiB/2GiB"), HasSubstr("is no domain"));
  EXPECT_THAT(error_of("0 host 3GiB/2GiB"), HasSubstr("used is more than total"));
  EXPECT_THAT(error_of("0 host 0/0"), HasSubstr("the total is 0"));
  EXPECT_THAT(error_of("0 host 1GiB"), HasSubstr("used/total, unreadable or gone"));
  EXPECT_THAT(error_of("0 host 1,5GiB/2GiB"), HasSubstr("'1,5GiB' is no size for used"));
  EXPECT_THAT(error_of("0 host 1GiB/2GiB ours=3GiB"), HasSubstr("ours is more than used"));
  EXPECT_THAT(error_of("0 host 1GiB/2GiB stalled=2"), HasSubstr("0 to 1"));
  EXPECT_THAT(error_of("0 host 1GiB/2GiB what"), HasSubstr("'what' is not known here"));
  EXPECT_THAT(error_of("9 host 1GiB/2GiB\n8 host 1GiB/2GiB"), HasSubstr("rehearsal.txt:2: its time is before"));
  EXPECT_THAT(error_of("0 cuda:0 gone\n8 cuda:0 1GiB/2GiB"), HasSubstr("cuda:0 is gone"));
  EXPECT_THAT(error_of("0 cuda:1 1GiB/2GiB"), HasSubstr("has cuda:1 but not cuda:0"));
  EXPECT_THAT(error_of("# only words\n"), HasSubstr("holds no reading"));
  EXPECT_THAT(error_of(""), HasSubstr("holds no reading"));
}

TEST(MemoryScript, HostileTextIsAnErrorOrAConsistentScript) {
  EXPECT_THAT(error_of(std::string("0\0host 1/2\n", 11)), HasSubstr("rehearsal.txt:1"));
  EXPECT_THAT(error_of("0 host 99999999999999999999/99999999999999999999"), HasSubstr("is no size"));
  EXPECT_THAT(error_of(std::string(100'001, '\n')), HasSubstr("more than 100000 lines"));
  EXPECT_THAT(error_of(std::string(1 << 20, 'x')), HasSubstr("rehearsal.txt:1"));
  EXPECT_EQ(error_of("0 \x1b[31m 1/2").find('\x1b'), std::string::npos);
  std::mt19937 random(4);
  for (int i = 0; i < 3000; ++i) {
    std::string text = "0 host 2GiB/8GiB\n1000 cuda:0 1GiB/8GiB ours=512MiB stalled=0.1\n2000 cuda:0 gone\n";
    for (auto n = random() % 4; n > 0; --n) text[random() % text.size()] = static_cast<char>(random() % 256);
    try {
      for (const auto& [domain, readings] : parse_memory_script(text, "x").domains) {
        for (const ScriptedReading& r : readings) {
          if (r.reading) {
            EXPECT_EQ(r.reading->used_bytes + r.reading->free_bytes, r.reading->total_bytes);
          }
        }
      }
    } catch (const MemoryScriptError&) {  // the other allowed answer
    }
  }
}

class ScriptedMachine : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "script-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    options_.nvml_library = SCRIPTED_NVML_LIBRARY;
    options_.cuda_library = "libno-such-library.so.1";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  MachineProbes machine(const std::string& text) {
    std::ofstream(folder_ / "s.txt") << text;
    return make_machine_probes(options_, (folder_ / "s.txt").string(), files_, clock_);
  }

  CapturedLog log_;
  std::filesystem::path folder_;
  DeviceProbeOptions options_;
  PosixFileSystem files_;
  HandClock clock_;
};

TEST_F(ScriptedMachine, OnlyTheDomainsItNamesAreReplaced) {
  const MachineProbes host_only = machine("0 host 1GiB/2GiB\n");
  EXPECT_EQ(host_only.host->read()->source, "script");
  EXPECT_EQ(host_only.devices.probes.at(0)->read()->source, "NVML");
  EXPECT_FALSE(host_only.scripted_devices);
  const MachineProbes card_only = machine("0 cuda:0 1GiB/2GiB\n");
  EXPECT_NE(card_only.host->read()->source, "script");
  ASSERT_EQ(card_only.devices.probes.size(), 1u);
  EXPECT_EQ(card_only.devices.probes[0]->read()->source, "script");
  EXPECT_TRUE(card_only.scripted_devices);
}

TEST_F(ScriptedMachine, WithoutAScriptTheMachineIsReadAndAMissingFileIsAnError) {
  EXPECT_FALSE(make_machine_probes(options_, std::nullopt, files_, clock_).scripted_host);
  EXPECT_FALSE(make_machine_probes(options_, "", files_, clock_).scripted_host);
  EXPECT_THROW(make_machine_probes(options_, "/no/such/file", files_, clock_), MemoryScriptError);
  EXPECT_THROW(make_machine_probes(options_, folder_.string(), files_, clock_), MemoryScriptError);
}

}  // namespace
}  // namespace sam
