#include "memory/memory_info.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "memory/captured_log.h"
#include "memory/memory_log.h"
#include "memory/memory_report.h"

namespace sam {
namespace {

class FakeProbe final : public Probe {
 public:
  explicit FakeProbe(std::string domain = "cuda:0") : domain_(std::move(domain)) {}
  const std::string& domain() const override { return domain_; }
  const std::string& name() const override { return name_; }
  std::optional<MemoryReading> read() override {
    if (broken) throw std::runtime_error("driver vanished");
    return reading;
  }

  std::optional<MemoryReading> reading;
  bool broken = false;

 private:
  std::string domain_;
  std::string name_ = "Fake card";
};

TEST(MemoryInfo, HasTheSpecificationsForm) {
  FakeProbe probe;
  probe.reading = MemoryReading{2630667469ull, 8ull << 30, (8ull << 30) - 2630667469ull, {}, "NVML"};
  const MemoryInfo info = safe_get_memory_info(&probe);
  EXPECT_EQ(info.formatted, "Used: 2.45 GB / Total: 8.00 GB (30.6%)");
  EXPECT_NEAR(info.utilization, 0.306, 0.001);
}

TEST(MemoryInfo, IsCompleteWhateverHappens) {
  FakeProbe probe;
  probe.broken = true;
  for (Probe* device : {static_cast<Probe*>(nullptr), static_cast<Probe*>(&probe)}) {
    const MemoryInfo info = safe_get_memory_info(device);
    EXPECT_EQ(info.formatted, "Running on CPU - memory stats not available");
    EXPECT_EQ(info.used + info.total + info.free, 0u);
    EXPECT_EQ(info.utilization, 0.0);
  }
  EXPECT_EQ(memory_info(MemoryReading{}).utilization, 0.0);
}

TEST(MemoryInfo, OfASnapshotIsThatOfItsReadingOrTheSentence) {
  DomainSnapshot seen;
  EXPECT_EQ(memory_info(seen).formatted, cpu_memory_sentence) << "not read";
  seen.readable = true;
  seen.used_bytes = 3ull << 30;
  seen.total_bytes = 8ull << 30;
  seen.free_bytes = 4ull << 30;
  EXPECT_EQ(memory_info(seen).formatted, "Used: 3.00 GB / Total: 8.00 GB (37.5%)");
  EXPECT_EQ(memory_info(seen).free, 4ull << 30);
}

TEST(MemoryLog, WritesTheSpecificationsLine) {
  CapturedLog log;
  FakeProbe probe;
  probe.reading = MemoryReading{2630667469ull, 8ull << 30, 0, {}, "NVML"};
  MemoryLog([&] { return safe_get_memory_info(&probe); }).write("before prediction");
  MemoryLog(nullptr).write("after prediction");
  EXPECT_EQ(log.text(),
            "info Memory before prediction: Used: 2.45 GB / Total: 8.00 GB (30.6%)\n"
            "info Memory after prediction: Running on CPU - memory stats not available\n");
}

TEST(MemoryReport, AHostThatCannotBeReadDoesNotSpeakOfTheProcessor) {
  FakeProbe host("host");
  const MemoryReport report = read_memory_report(host, {}, [] { return std::uint64_t{300} << 20; });
  EXPECT_FALSE(report.host.readable);
  EXPECT_EQ(report.line, "SAM Annotator 300 MB · Host cannot be read · no GPU");
}

TEST(MemoryReport, NamesEveryDomain) {
  FakeProbe host;
  host.reading = MemoryReading{1ull << 30, 4ull << 30, 3ull << 30, {}, "cgroup v1"};
  FakeProbe card;  // cannot be read
  const MemoryReport report = read_memory_report(host, {&card}, [] { return std::uint64_t{300} << 20; });
  EXPECT_EQ(report.host.source, "cgroup v1");
  ASSERT_EQ(report.devices.size(), 1u);
  EXPECT_EQ(report.devices[0].info.formatted, cpu_memory_sentence);
  EXPECT_NE(report.line.find("SAM Annotator 300 MB"), std::string::npos);
  EXPECT_NE(report.line.find("Used: 1.00 GB / Total: 4.00 GB (25.0%)"), std::string::npos);
}

}  // namespace
}  // namespace sam
