#include "memory/probes/host_probe.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace sam {
namespace {

using Files = std::map<std::string, std::string>;

const char* const meminfo = "MemTotal:       16000000 kB\nMemFree:         1000000 kB\nMemAvailable:    9000000 kB\n";
constexpr std::uint64_t mib = 1 << 20;

std::optional<MemoryReading> read(Files files) {
  HostProbe probe([files = std::move(files)](const std::string& path) -> std::optional<std::string> {
    const auto found = files.find(path);
    if (found == files.end()) return std::nullopt;
    return found->second;
  });
  return probe.read();
}

TEST(HostProbe, ReadsTheMachineWhereThereIsNoCgroup) {
  const auto reading =
      read({{"/proc/meminfo", meminfo},
            {"/proc/self/statm",
             "9999 " + std::to_string(2 * mib / static_cast<std::uint64_t>(getpagesize())) + " 3 4 5 6 7\n"}});
  ASSERT_TRUE(reading);
  EXPECT_EQ(reading->total_bytes, 16000000ull * 1024);
  EXPECT_EQ(reading->used_bytes, 7000000ull * 1024);
  EXPECT_EQ(reading->free_bytes, 9000000ull * 1024);
  EXPECT_EQ(reading->used_by_this_program_bytes, 2 * mib);
  EXPECT_EQ(reading->source, "/proc/meminfo");
}

TEST(HostProbe, CountsTheWorkingSetOfACgroupV2) {
  const auto reading = read({{"/proc/meminfo", meminfo},
                             {"/proc/self/cgroup", "0::/user.slice/job\n"},
                             {"/sys/fs/cgroup/user.slice/job/memory.max", "1073741824\n"},
                             {"/sys/fs/cgroup/user.slice/job/memory.current", "943718400\n"},
                             {"/sys/fs/cgroup/user.slice/job/memory.stat", "anon 1\ninactive_file 524288000\n"}});
  ASSERT_TRUE(reading);
  EXPECT_EQ(reading->source, "cgroup v2");
  EXPECT_EQ(reading->total_bytes, 1024 * mib);
  EXPECT_EQ(reading->used_bytes, 400 * mib);
}

// 300 MiB in use; the fields are of memory.stat.
std::uint64_t used_of_group(const std::string& stat, bool v1) {
  const std::string folder = v1 ? "/sys/fs/cgroup/memory/job/" : "/sys/fs/cgroup/job/";
  const auto reading = read({{"/proc/meminfo", meminfo},
                             {"/proc/self/cgroup", v1 ? "4:memory:/job\n" : "0::/job\n"},
                             {folder + (v1 ? "memory.limit_in_bytes" : "memory.max"), std::to_string(400 * mib)},
                             {folder + (v1 ? "memory.usage_in_bytes" : "memory.current"), std::to_string(300 * mib)},
                             {folder + "memory.stat", stat}});
  return reading ? reading->used_bytes / mib : 0;
}

std::string fields(const std::vector<std::pair<std::string, std::uint64_t>>& mib_by_field) {
  std::string text;
  for (const auto& [field, count] : mib_by_field) text += field + " " + std::to_string(count * mib) + "\n";
  return text;
}

TEST(HostProbe, PageCacheOfACgroupDoesNotCountHoweverOftenItWasRead) {
  EXPECT_EQ(used_of_group(fields({{"anon", 40}, {"inactive_file", 30}, {"active_file", 220}}), false), 50u);
  EXPECT_EQ(
      used_of_group(
          fields({{"inactive_file", 1}, {"active_file", 2}, {"total_inactive_file", 30}, {"total_active_file", 220}}),
          true),
      50u)
      << "with all groups below it";
}

TEST(HostProbe, MappedFilesOfACgroupCountForTheyAreInUse) {
  const std::uint64_t cache = 250;
  EXPECT_EQ(used_of_group(fields({{"active_file", cache}, {"file_mapped", 90}}), false), 140u);
  EXPECT_EQ(used_of_group(fields({{"total_active_file", cache}, {"total_mapped_file", 90}}), true), 140u);
  EXPECT_EQ(used_of_group(fields({{"active_file", cache}, {"file_mapped", 90}, {"shmem", 60}}), false), 80u)
      << "shared memory is mapped, but no page cache that could be dropped";
  EXPECT_EQ(used_of_group(fields({{"total_active_file", cache}, {"total_mapped_file", 90}, {"total_shmem", 95}}), true),
            50u);
}

TEST(HostProbe, WhatMustBeWrittenToDiskFirstCounts) {
  const std::uint64_t cache = 250;
  EXPECT_EQ(used_of_group(fields({{"inactive_file", cache}, {"file_dirty", 20}, {"file_writeback", 10}}), false), 80u);
  EXPECT_EQ(used_of_group(fields({{"total_inactive_file", cache}, {"total_dirty", 20}, {"total_writeback", 10}}), true),
            80u);
}

TEST(HostProbe, FieldsOfACgroupThatAreMissingOrGarbageAreNothing) {
  for (const bool v1 : {false, true}) {
    const std::string t = v1 ? "total_" : "";
    EXPECT_EQ(used_of_group("", v1), 300u);
    EXPECT_EQ(used_of_group(fields({{t + "inactive_file", 100}}), v1), 200u);
    EXPECT_EQ(used_of_group(fields({{t + "active_file", 100}}), v1), 200u);
    EXPECT_EQ(used_of_group(t + "active_file lots\n" + fields({{t + "inactive_file", 100}}), v1), 200u);
    EXPECT_EQ(used_of_group(fields({{t + "active_file", 900}}), v1), 0u) << "more than there is";
    const std::string huge = t + "active_file 18446744073709551615\n" + t + "inactive_file 18446744073709551615\n";
    EXPECT_EQ(used_of_group(huge, v1), 0u);
    const std::string dirty = v1 ? "total_dirty" : "file_dirty";
    EXPECT_EQ(used_of_group(huge + dirty + " 18446744073709551615\n", v1), 300u);
  }
}

TEST(HostProbe, TheTightestOfNestedLimitsBinds) {
  const auto reading = read({{"/proc/meminfo", meminfo},
                             {"/proc/self/cgroup", "0::/a/b\n"},
                             {"/sys/fs/cgroup/a/b/memory.max", "max\n"},
                             {"/sys/fs/cgroup/a/b/memory.current", "1000\n"},
                             {"/sys/fs/cgroup/a/memory.max", "104857600\n"},
                             {"/sys/fs/cgroup/a/memory.current", "52428800\n"}});
  ASSERT_TRUE(reading);
  EXPECT_EQ(reading->total_bytes, 100 * mib);
  EXPECT_EQ(reading->used_bytes, 50 * mib);
}

TEST(HostProbe, ReadsCgroupV1AndItsHugeNumberForNone) {
  Files files = {{"/proc/meminfo", meminfo},
                 {"/proc/self/cgroup", "5:cpu,cpuacct:/x\n4:memory:/job\n"},
                 {"/sys/fs/cgroup/memory/job/memory.limit_in_bytes", "209715200\n"},
                 {"/sys/fs/cgroup/memory/job/memory.usage_in_bytes", "157286400\n"},
                 {"/sys/fs/cgroup/memory/job/memory.stat", "cache 5\ntotal_inactive_file 52428800\n"},
                 {"/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"},
                 {"/sys/fs/cgroup/memory/memory.usage_in_bytes", "157286400\n"}};
  auto reading = read(files);
  ASSERT_TRUE(reading);
  EXPECT_EQ(reading->source, "cgroup v1");
  EXPECT_EQ(reading->total_bytes, 200 * mib);
  EXPECT_EQ(reading->used_bytes, 100 * mib);
  files["/sys/fs/cgroup/memory/job/memory.limit_in_bytes"] = "9223372036854771712\n";
  EXPECT_EQ(read(files)->source, "/proc/meminfo");
}

TEST(HostProbe, GarbageIsNoLimitAndNothingReadableIsNoReading) {
  EXPECT_EQ(read({{"/proc/meminfo", meminfo},
                  {"/proc/self/cgroup", "0::/job\nnonsense\n::\n"},
                  {"/sys/fs/cgroup/job/memory.max", "lots\n"},
                  {"/sys/fs/cgroup/job/memory.current", ""}})
                ->source,
            "/proc/meminfo");
  EXPECT_FALSE(read({}));
  EXPECT_FALSE(read({{"/proc/meminfo", "MemTotal: x kB\n"}}));
}

// A machine whose files change while it is watched.
class HostMachine : public testing::Test {
 protected:
  MemoryReading read() {
    reads_ = 0;
    const auto reading = probe_.read();
    if (!reading) throw std::runtime_error("no reading");
    return *reading;
  }

  Files files_ = {{"/proc/meminfo", meminfo},
                  {"/proc/self/statm", "100 50 0 0 0 0 0\n"},
                  {"/proc/self/cgroup", "0::/a/b\n"},
                  {"/sys/fs/cgroup/a/b/memory.max", "209715200\n"},
                  {"/sys/fs/cgroup/a/b/memory.high", "max\n"},
                  {"/sys/fs/cgroup/a/b/memory.current", "104857600\n"},
                  {"/sys/fs/cgroup/a/b/memory.stat", "anon 5\ninactive_file 0\n"},
                  {"/sys/fs/cgroup/a/b/memory.pressure", "some avg10=12.50 avg60=1.00 avg300=0.00 total=1\n"},
                  {"/sys/fs/cgroup/a/memory.max", "max\n"},
                  {"/proc/pressure/memory", "some avg10=2.00 avg60=1.00 avg300=0.00 total=1\nfull avg10=1.00\n"}};
  HostProbe make() {
    const auto reader = [this](const std::string& path) -> std::optional<std::string> {
      ++reads_;
      const auto found = files_.find(path);
      if (found == files_.end()) return std::nullopt;
      return found->second;
    };
    return HostProbe(reader, [this](const std::string& sentence) { warnings_.push_back(sentence); });
  }

  int reads_ = 0;
  std::vector<std::string> warnings_;
  HostProbe probe_ = make();
};

TEST_F(HostMachine, ALoweredLimitIsSeenAtTheNextSample) {
  EXPECT_EQ(read().total_bytes, 200 * mib);
  files_["/sys/fs/cgroup/a/b/memory.max"] = "157286400\n";
  EXPECT_EQ(read().total_bytes, 150 * mib);
  files_["/sys/fs/cgroup/a/memory.max"] = "125829120\n";  // that of the group above it
  files_["/sys/fs/cgroup/a/memory.current"] = "104857600\n";
  EXPECT_EQ(read().total_bytes, 120 * mib);
  files_["/sys/fs/cgroup/a/b/memory.high"] = "110100480\n";
  EXPECT_EQ(read().total_bytes, 105 * mib);
}

TEST_F(HostMachine, ALimitThatCannotBeReadAnyMoreStillStands) {
  EXPECT_EQ(read().total_bytes, 200 * mib);
  for (const char* broken : {"", "garbage", "-1\n", "12 34\n", "99999999999999999999999\n"}) {
    files_["/sys/fs/cgroup/a/b/memory.max"] = broken;
    for (int i = 0; i < 3; ++i) EXPECT_EQ(read().total_bytes, 200 * mib) << broken;
  }
  files_.erase("/sys/fs/cgroup/a/b/memory.max");
  EXPECT_EQ(read().total_bytes, 200 * mib);
  files_["/sys/fs/cgroup/a/b/memory.max"] = "max\n";
  EXPECT_EQ(read().source, "/proc/meminfo");
}

TEST_F(HostMachine, ALimitThatCannotBeReadIsWarnedOfOnceAndTheNextOneCounts) {
  files_["/sys/fs/cgroup/a/memory.max"] = "314572800\n";
  for (const char* broken : {"garbage", ""}) {
    warnings_.clear();
    files_["/sys/fs/cgroup/a/b/memory.max"] = broken;
    HostProbe probe = make();
    for (int i = 0; i < 120; ++i) EXPECT_EQ(probe.read()->total_bytes, 300 * mib) << "of the group above";
    ASSERT_EQ(warnings_.size(), 1u) << broken;
    EXPECT_EQ(warnings_[0],
              "the memory limit in /sys/fs/cgroup/a/b/memory.max cannot be read; what counts is the next limit: of the "
              "groups above, or the machine's memory");
  }
  warnings_.clear();
  files_.erase("/sys/fs/cgroup/a/b/memory.max");  // its use is there, so the group is
  files_["/sys/fs/cgroup/a/memory.max"] = "x";
  HostProbe probe = make();
  EXPECT_EQ(probe.read()->source, "/proc/meminfo");
  EXPECT_EQ(warnings_.size(), 2u);
}

TEST_F(HostMachine, AGroupThatIsNotThereIsNotWarnedOf) {
  files_["/proc/self/cgroup"] = "0::/of/the/host\n4:memory:/also/there\n";
  HostProbe probe = make();
  EXPECT_EQ(probe.read()->source, "/proc/meminfo");
  EXPECT_TRUE(warnings_.empty());
}

TEST_F(HostMachine, ALimitThatIsLostIsWarnedOfOnceToo) {
  HostProbe probe = make();
  probe.read();
  files_["/sys/fs/cgroup/a/b/memory.max"] = "garbage";
  for (int i = 0; i < 120; ++i) EXPECT_EQ(probe.read()->total_bytes, 200 * mib);
  ASSERT_EQ(warnings_.size(), 1u);
  EXPECT_TRUE(warnings_[0].ends_with("/a/b/memory.max cannot be read; its last value still counts")) << warnings_[0];
}

TEST_F(HostMachine, AnUnreadableUseOfALimitedGroupIsOurOwn) {
  files_.erase("/sys/fs/cgroup/a/b/memory.current");
  const MemoryReading reading = read();
  EXPECT_EQ(reading.total_bytes, 200 * mib);
  EXPECT_EQ(reading.used_bytes, 50u * static_cast<std::uint64_t>(getpagesize()));
}

TEST_F(HostMachine, StallsAreThoseOfTheGroupThatBindsElseOfTheMachine) {
  EXPECT_EQ(read().stalled, 0.125);
  files_["/sys/fs/cgroup/a/b/memory.max"] = "max\n";
  EXPECT_EQ(read().stalled, 0.02);
  for (const char* garbage : {"", "some", "some avg10=", "some avg10=x", "some avg10=nan", "some avg10=-1",
                              "some avg10=101", "full avg10=1.0"}) {
    files_["/proc/pressure/memory"] = garbage;
    EXPECT_FALSE(read().stalled) << garbage;
  }
  files_.erase("/proc/pressure/memory");
  EXPECT_FALSE(read().stalled);
}

TEST_F(HostMachine, FollowsTheProcessIntoAnotherGroup) {
  EXPECT_EQ(read().total_bytes, 200 * mib);
  files_["/proc/self/cgroup"] = "0::/c\n";
  files_["/sys/fs/cgroup/c/memory.max"] = "52428800\n";
  files_["/sys/fs/cgroup/c/memory.current"] = "10485760\n";
  files_.erase("/sys/fs/cgroup/a/b/memory.max");  // the old group is gone: looked for at once
  read();
  EXPECT_EQ(read().total_bytes, 50 * mib);
  files_["/proc/self/cgroup"] = "0::/\n";  // the old one stays: within 50 samples
  MemoryReading reading;
  for (int i = 0; i < 51; ++i) reading = read();
  EXPECT_EQ(reading.source, "/proc/meminfo");
}

TEST_F(HostMachine, ASampleReadsFewFiles) {
  read();
  read();
  EXPECT_LE(reads_, 9);
}

TEST(HostProbe, AnyTextGivesAConsistentReadingOrNone) {
  std::mt19937 random(11);
  const Files good = {{"/proc/meminfo", meminfo},
                      {"/proc/self/statm", "100 50 0 0 0 0 0\n"},
                      {"/proc/self/cgroup", "0::/a/b\n4:memory:/c\n"},
                      {"/sys/fs/cgroup/a/b/memory.max", "209715200\n"},
                      {"/sys/fs/cgroup/a/b/memory.current", "104857600\n"},
                      {"/sys/fs/cgroup/a/b/memory.stat", "anon 5\ninactive_file 500\n"},
                      {"/sys/fs/cgroup/memory/c/memory.limit_in_bytes", "109715200\n"},
                      {"/sys/fs/cgroup/memory/c/memory.usage_in_bytes", "104857600\n"},
                      {"/proc/pressure/memory", "some avg10=2.00 avg60=1.00\n"}};
  for (int i = 0; i < 3000; ++i) {
    Files files = good;
    for (auto& [path, text] : files) {
      const auto dice = random() % 8;
      if (dice == 0) text.clear();
      if (dice == 1) text = std::string(static_cast<std::size_t>(random() % 40), '9');
      if (dice == 2) text[random() % text.size()] = static_cast<char>(random() % 256);
      if (dice == 3) text = std::string("\0\xff\n-5 :::", 9);
      if (dice == 4) text.pop_back();
    }
    const auto reading = read(files);
    if (!reading) continue;
    EXPECT_LE(reading->used_bytes, reading->total_bytes);
    EXPECT_EQ(reading->used_bytes + reading->free_bytes, reading->total_bytes);
    if (reading->stalled) {
      EXPECT_TRUE(*reading->stalled >= 0 && *reading->stalled <= 1);
    }
  }
}

TEST(CgroupLimits, NoLimitAndUnreadableAreNotNumbers) {
  using Kind = CgroupLimit::Kind;
  EXPECT_EQ(parse_cgroup_limit("max\n"), (CgroupLimit{Kind::none, 0}));
  EXPECT_EQ(parse_cgroup_limit("9223372036854771712\n"), (CgroupLimit{Kind::none, 0}));
  EXPECT_EQ(parse_cgroup_limit("0\n"), (CgroupLimit{Kind::bytes, 0}));
  EXPECT_EQ(parse_cgroup_limit("4096"), (CgroupLimit{Kind::bytes, 4096}));
  EXPECT_EQ(parse_cgroup_limit(std::nullopt).kind, Kind::unreadable);
  for (const char* garbage : {"", "\n", "maximum", "-1", "1e9", "4096 kB"})
    EXPECT_EQ(parse_cgroup_limit(garbage).kind, Kind::unreadable) << garbage;
}

TEST(HostProbe, MayBeReadFromAnyThread) {
  HostProbe probe(read_text_files());
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 120; ++i) EXPECT_TRUE(probe.read());
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(HostProbe, ASampleOfThisMachineIsCheap) {
  HostProbe probe(read_text_files());
  probe.read();
  auto best = std::chrono::steady_clock::duration::max();
  for (int i = 0; i < 40; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    probe.read();
    best = std::min(best, std::chrono::steady_clock::now() - begin);
  }
  RecordProperty("host_sample_us",
                 static_cast<int>(std::chrono::duration_cast<std::chrono::microseconds>(best).count()));
  EXPECT_LT(best, std::chrono::microseconds(500));  // the figure is the benchmark's; this finds a slip of a factor
}

TEST(HostProbe, ReadsThisMachine) {
  HostProbe probe(read_text_files());
  const auto reading = probe.read();
  ASSERT_TRUE(reading);
  EXPECT_GT(reading->total_bytes, 0u);
  EXPECT_LE(reading->used_bytes, reading->total_bytes);
  EXPECT_EQ(reading->used_bytes + reading->free_bytes, reading->total_bytes);
}

}  // namespace
}  // namespace sam
