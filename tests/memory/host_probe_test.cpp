#include "memory/probes/host_probe.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

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
  const auto reading = read({{"/proc/meminfo", meminfo}, {"/proc/self/status", "VmPeak: 9 kB\nVmRSS:\t 2048 kB\n"}});
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
