// The chain of device probes on real shared libraries that play cards (tests/nvml).
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

#include "memory/captured_log.h"
#include "memory/memory_info.h"
#include "memory/probes/machine_probes.h"

namespace sam {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::uint64_t gib = std::uint64_t{1} << 30;

class DeviceProbesTest : public testing::Test {
 protected:
  void SetUp() override {
    options_.nvml_library = SCRIPTED_NVML_LIBRARY;
    options_.cuda_library = "libno-such-library.so.1";
    nvml("");
    cuda("");
  }
  void TearDown() override {
    unsetenv("SCRIPTED_NVML");
    unsetenv("SCRIPTED_CUDA");
  }
  static void nvml(const std::string& words) { setenv("SCRIPTED_NVML", words.c_str(), 1); }
  static void cuda(const std::string& words) { setenv("SCRIPTED_CUDA", words.c_str(), 1); }

  // "total GiB" of each device, in order.
  std::vector<std::uint64_t> totals(std::optional<std::string> visible = std::nullopt) {
    options_.visible_devices = std::move(visible);
    made_ = make_device_probes(options_);
    std::vector<std::uint64_t> result;
    for (std::size_t i = 0; i < made_.probes.size(); ++i) {
      EXPECT_EQ(made_.probes[i]->domain(), "cuda:" + std::to_string(i));
      result.push_back(safe_get_memory_info(made_.probes[i].get()).total / gib);
    }
    return result;
  }

  CapturedLog log_;
  DeviceProbeOptions options_;
  DeviceProbes made_;
};

TEST_F(DeviceProbesTest, ReadEveryCard) {
  EXPECT_THAT(totals(), ElementsAre(8, 16));
  EXPECT_EQ(made_.probes[0]->name(), "Scripted 8 GB");
  EXPECT_EQ(safe_get_memory_info(made_.probes[0].get()).formatted, "Used: 2.45 GB / Total: 8.00 GB (30.6%)");
  const auto reading = made_.probes[1]->read();
  ASSERT_TRUE(reading);
  EXPECT_EQ(reading->used_bytes, gib);  // as nvidia-smi: without the reserved part
  EXPECT_EQ(reading->reserved_bytes, gib / 2);
  EXPECT_EQ(reading->source, "NVML");
  EXPECT_EQ(log_.warnings(), 0);
}

TEST_F(DeviceProbesTest, OfMoreThanEightCardsTheFirstEightAreUsedAndTheLogSaysSo) {
  nvml("ten");
  EXPECT_THAT(totals(), ElementsAre(8, 16, 8, 16, 8, 16, 8, 16));
  EXPECT_EQ(log_.count("there are 10 NVIDIA cards and only the first 8 are used; CUDA_VISIBLE_DEVICES chooses others"),
            1);
  EXPECT_EQ(log_.warnings(), 1);
  EXPECT_THAT(totals("9,0,1,2,3,4,5,6"), ElementsAre(16, 8, 16, 8, 16, 8, 16, 8)) << "the ones that were chosen";
  EXPECT_EQ(log_.warnings(), 1);
}

TEST_F(DeviceProbesTest, VisibleDevicesByIndexAndUuidMeanTheRightCard) {
  EXPECT_THAT(totals("1"), ElementsAre(16));
  EXPECT_THAT(totals("1,0"), ElementsAre(16, 8));
  EXPECT_THAT(totals("GPU-bbbb"), ElementsAre(16));
  EXPECT_THAT(totals("GPU-BBBBBBBB-0000-0000-0000-000000000002,GPU-a"), ElementsAre(16, 8));
  EXPECT_THAT(totals("0,7,1"), ElementsAre(8));
  EXPECT_THAT(totals(""), ElementsAre());
  EXPECT_EQ(made_.why_none, "NVML: no visible NVIDIA card");
}

TEST_F(DeviceProbesTest, TheCudaDriverSaysWhichCardIsFirst) {
  options_.cuda_library = SCRIPTED_CUDA_LIBRARY;
  EXPECT_THAT(totals(), ElementsAre(16, 8));  // fastest first
  EXPECT_EQ(made_.probes[0]->read()->source, "NVML");
  options_.device_order = "PCI_BUS_ID";
  EXPECT_THAT(totals(), ElementsAre(8, 16));
  options_.device_order = "FASTEST_FIRST";
  EXPECT_THAT(totals("GPU-a,GPU-b"), ElementsAre(8, 16));  // names need no order
  nvml("nvmlDeviceGetUUID=999");                           // matched by PCI bus id
  EXPECT_THAT(totals(), ElementsAre(16, 8));
  EXPECT_EQ(made_.probes[0]->read()->source, "NVML");
  nvml("");
  cuda("cuDeviceGetUuid_v2=1,cuDeviceGetPCIBusId=1");  // matched by nothing: CUDA's own numbers
  EXPECT_THAT(totals(), ElementsAre(16, 8));
  EXPECT_EQ(made_.probes[0]->read()->source, "CUDA driver");
  cuda("cuInit=100");
  EXPECT_THAT(totals(), ElementsAre(8, 16));
}

TEST_F(DeviceProbesTest, MigPartsAreDevices) {
  nvml("mig");
  EXPECT_THAT(totals(), ElementsAre(8, 10));  // a card in MIG mode is its first part
  EXPECT_EQ(made_.probes[1]->name(), "Scripted 16 GB MIG 1/0");
  EXPECT_THAT(totals("1"), ElementsAre(10));
  EXPECT_THAT(totals("GPU-bbbb"), ElementsAre(10));
  EXPECT_THAT(totals("MIG-dddddddd-0000-0000-0000-000000000004"), ElementsAre(5));
  EXPECT_THAT(totals("MIG-d,MIG-c"), ElementsAre(5, 10));
  EXPECT_THAT(totals("MIG-GPU-bbbbbbbb-0000-0000-0000-000000000002/2/0"), ElementsAre(5));
  EXPECT_THAT(totals("MIG-GPU-bbbbbbbb-0000-0000-0000-000000000002/9/0"), ElementsAre());
  nvml("mig,old");
  EXPECT_THAT(totals("MIG-GPU-bbbbbbbb-0000-0000-0000-000000000002/2/0"), ElementsAre(5));
  nvml("mig");
  options_.cuda_library = SCRIPTED_CUDA_LIBRARY;
  cuda("mig");
  EXPECT_THAT(totals("0"), ElementsAre(5));  // the driver says which part
  EXPECT_EQ(made_.probes[0]->read()->source, "NVML");
}

TEST_F(DeviceProbesTest, OurProcessesUseIsTheCardsPartThatIsOurs) {
  totals();
  EXPECT_EQ(made_.probes[0]->read()->used_by_this_program_bytes, 0u);  // nobody computes there
  nvml("others");
  EXPECT_FALSE(made_.probes[0]->read()->used_by_this_program_bytes);
  nvml("others,pid=" + std::to_string(getpid()));
  EXPECT_EQ(made_.probes[0]->read()->used_by_this_program_bytes, gib / 2);
  nvml("pid=777,nvmlDeviceGetComputeRunningProcesses_v3=13");  // an older driver
  options_.our_pids = [] { return std::vector<int>{getpid(), 777}; };
  totals();
  EXPECT_EQ(made_.probes[0]->read()->used_by_this_program_bytes, gib / 2);
  nvml("pid=777,nvmlDeviceGetComputeRunningProcesses_v3=3,nvmlDeviceGetComputeRunningProcesses_v2=3");
  EXPECT_FALSE(made_.probes[0]->read()->used_by_this_program_bytes);
}

TEST_F(DeviceProbesTest, SayWhyThereIsNone) {
  options_.nvml_library = "libno-such-library.so.1";
  EXPECT_THAT(totals(), ElementsAre());
  EXPECT_EQ(made_.why_none, "libno-such-library.so.1 not found: no NVIDIA driver");
  EXPECT_EQ(log_.warnings(), 0);  // a machine without a card is nothing to warn about
  options_.nvml_library = SCRIPTED_NVML_LIBRARY;
  nvml("nvmlInit_v2=9");
  EXPECT_THAT(totals(), ElementsAre());
  EXPECT_EQ(made_.why_none, "NVML: Driver Not Loaded");
  EXPECT_EQ(log_.warnings(), 1) << log_.text();
}

TEST_F(DeviceProbesTest, ALostCardIsWarnedAboutOnceAndTheInfoStaysComplete) {
  totals();
  nvml("lost");
  for (int i = 0; i < 5; ++i) {
    const MemoryInfo info = safe_get_memory_info(made_.probes[0].get());
    EXPECT_EQ(info.formatted, cpu_memory_sentence);
    EXPECT_EQ(info.used + info.total + info.free, 0u);
    EXPECT_EQ(info.utilization, 0.0);
    EXPECT_TRUE(made_.probes[1]->read());
  }
  EXPECT_EQ(log_.warnings(), 1) << log_.text();
  EXPECT_THAT(log_.text(),
              HasSubstr("the memory of Scripted 8 GB (cuda:0) cannot be read (NVML: GPU is lost; the CUDA driver: "));
  nvml("");
  EXPECT_TRUE(made_.probes[0]->read());  // a driver that comes back is used again
}

TEST_F(DeviceProbesTest, TheCudaDriverTakesOverWhereNvmlFails) {
  options_.cuda_library = SCRIPTED_CUDA_LIBRARY;
  nvml("one");
  cuda("one");
  EXPECT_THAT(totals(), ElementsAre(8));
  nvml("lost");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(made_.probes[0]->read()->source, "CUDA driver");
  EXPECT_EQ(made_.probes[0]->read()->used_bytes, gib);
  EXPECT_EQ(log_.warnings(), 1) << log_.text();
  EXPECT_THAT(log_.text(), HasSubstr("it is now read through the CUDA driver"));
}

class NvmlFails : public DeviceProbesTest, public testing::WithParamInterface<const char*> {
 protected:
  // from_the_start: else it fails after the probes were made.
  void fails(const std::string& function, int code, bool from_the_start, bool with_cuda) {
    const CapturedLog log;
    options_.cuda_library = with_cuda ? SCRIPTED_CUDA_LIBRARY : "libno-such-library.so.1";
    cuda("one");
    const std::string failing = "one," + function + "=" + std::to_string(code);
    nvml(from_the_start ? failing : "one");
    const DeviceProbes made = make_device_probes(options_);
    nvml(failing);
    Probe* const device = made.probes.empty() ? nullptr : made.probes[0].get();
    for (int i = 0; i < 3; ++i) {
      const MemoryInfo info = safe_get_memory_info(device);
      EXPECT_LE(info.used + info.free, info.total);
      EXPECT_TRUE(info.utilization >= 0 && info.utilization <= 1);
      EXPECT_EQ(info.formatted == cpu_memory_sentence, info.total == 0);
      if (with_cuda) {
        EXPECT_EQ(info.total, 8 * gib);
      }
    }
    const auto reading = device != nullptr ? device->read() : std::nullopt;
    const bool nvml_answers = reading && reading->source == "NVML";
    EXPECT_EQ(log.warnings(), nvml_answers ? 0 : 1) << log.text();
  }
};

TEST_P(NvmlFails, TheAnswerIsCompleteAndOneWarningIsWritten) {
  for (const int code : {1, 2, 3, 4, 6, 7, 9, 15, 999, -1}) {
    for (const bool from_the_start : {true, false}) {
      for (const bool with_cuda : {true, false}) {
        SCOPED_TRACE(testing::Message() << "code " << code << (from_the_start ? " from the start" : " later")
                                        << (with_cuda ? ", with CUDA" : ", without CUDA"));
        fails(GetParam(), code, from_the_start, with_cuda);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    EveryFunctionEveryWay, NvmlFails,
    testing::Values("nvmlInit_v2", "nvmlShutdown", "nvmlDeviceGetCount_v2", "nvmlDeviceGetHandleByIndex_v2",
                    "nvmlDeviceGetUUID", "nvmlDeviceGetName", "nvmlDeviceGetPciInfo_v3",
                    "nvmlDeviceGetMemoryInfo_v2=15,nvmlDeviceGetMemoryInfo", "nvmlDeviceGetMemoryInfo_v2",
                    "nvmlDeviceGetMigMode", "nvmlDeviceGetMaxMigDeviceCount", "nvmlDeviceGetMigDeviceHandleByIndex",
                    "nvmlDeviceGetGpuInstanceId", "nvmlDeviceGetComputeInstanceId",
                    "nvmlDeviceGetComputeRunningProcesses_v3", "nvmlDeviceGetComputeRunningProcesses_v2"));

// A card in MIG mode of which any function fails: what is read is the part, another part or the card, never nothing.
TEST_F(DeviceProbesTest, MigFunctionsThatFailLeaveADeviceToRead) {
  for (const char* function :
       {"nvmlDeviceGetMigMode", "nvmlDeviceGetMaxMigDeviceCount", "nvmlDeviceGetMigDeviceHandleByIndex",
        "nvmlDeviceGetGpuInstanceId", "nvmlDeviceGetComputeInstanceId"}) {
    nvml("mig," + std::string(function) + "=999");
    const auto read = totals();
    ASSERT_EQ(read.size(), 2u) << function;
    EXPECT_TRUE(read[1] == 10 || read[1] == 16) << function;
  }
  EXPECT_EQ(log_.warnings(), 0) << log_.text();
}

class CudaFails : public DeviceProbesTest, public testing::WithParamInterface<const char*> {};

TEST_P(CudaFails, TheAnswerIsComplete) {
  options_.nvml_library = "libno-such-library.so.1";
  options_.cuda_library = SCRIPTED_CUDA_LIBRARY;
  for (const bool from_the_start : {true, false}) {
    cuda(from_the_start ? std::string(GetParam()) + "=2" : "");
    const DeviceProbes made = make_device_probes(options_);
    cuda(std::string(GetParam()) + "=2");
    Probe* const device = made.probes.empty() ? nullptr : made.probes[0].get();
    for (int i = 0; i < 70; ++i) {
      const MemoryInfo info = safe_get_memory_info(device);
      EXPECT_TRUE(info.total == 16 * gib || info.formatted == cpu_memory_sentence);
    }
  }
  EXPECT_LE(log_.warnings(), 2) << log_.text();  // one for each of the two
}

INSTANTIATE_TEST_SUITE_P(EveryFunction, CudaFails,
                         testing::Values("cuInit", "cuDeviceGetCount", "cuDeviceGet", "cuDeviceGetUuid_v2",
                                         "cuDeviceGetPCIBusId", "cuDeviceGetName", "cuDevicePrimaryCtxRetain",
                                         "cuDevicePrimaryCtxRelease_v2", "cuCtxPushCurrent_v2", "cuCtxPopCurrent_v2",
                                         "cuMemGetInfo_v2"));

}  // namespace
}  // namespace sam
