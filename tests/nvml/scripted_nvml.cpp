// A shared library with the functions of NVML that the probe uses; it plays two cards of 8 and 16 GiB. Words in SCRIPTED_NVML:
// "one" (only the first card), "mig" (the second is in MIG mode, with parts of 10 and 5 GiB), "old" (UUIDs of MIG parts as before driver
// 470), "lost" (the first card falls off the bus), "pid=N" (process N holds 512 MiB of the first card), "others" (another process holds
// memory there), and FUNCTION=CODE.
#include <cstdio>
#include <cstring>

#include "script.h"

namespace {

constexpr unsigned long long gib = 1ull << 30;

struct Memory {
  unsigned long long total, free, used;
};
struct MemoryV2 {
  unsigned version;
  unsigned long long total, reserved, free, used;
};
struct PciInfo {
  char legacy_bus_id[16];
  unsigned domain, bus, device, device_id, subsystem_id;
  char bus_id[32];
};
struct Process {
  unsigned pid;
  unsigned long long used_bytes;
  unsigned gpu_instance, compute_instance;
};

Script script() {
  return Script("SCRIPTED_NVML");
}

int status_of(const char* function) {
  return static_cast<int>(script().number(function, 0));
}

// Handles: 1 and 2 are the cards, 3 and 4 parts of the second.
std::size_t number_of(void* device) {
  return reinterpret_cast<std::size_t>(device);
}
void* device_of(std::size_t number) {
  return reinterpret_cast<void*>(number);
}

const char* uuid_of(std::size_t number) {
  if (number > 2 && script().has("old"))
    return number == 3 ? "MIG-GPU-bbbbbbbb-0000-0000-0000-000000000002/1/0"
                       : "MIG-GPU-bbbbbbbb-0000-0000-0000-000000000002/2/0";
  const char* const uuids[] = {"", "GPU-aaaaaaaa-0000-0000-0000-000000000001",
                               "GPU-bbbbbbbb-0000-0000-0000-000000000002", "MIG-cccccccc-0000-0000-0000-000000000003",
                               "MIG-dddddddd-0000-0000-0000-000000000004"};
  return uuids[number];
}

MemoryV2 memory_of(std::size_t number) {
  const unsigned long long used = 2630667469ull;
  if (number == 1) return {0, 8 * gib, 0, 8 * gib - used, used};
  if (number == 2) return {0, 16 * gib, gib / 2, 14 * gib + gib / 2, gib};
  const unsigned long long total = number == 3 ? 10 * gib : 5 * gib;
  return {0, total, 0, total - gib, gib};
}

int list(const char* function, void* device, unsigned* count, Process* processes) {
  if (const int status = status_of(function); status != 0) return status;
  const Script words = script();
  Process found[2];
  unsigned there = 0;
  if (number_of(device) == 1 && words.has("others")) found[there++] = {4000000, gib, 0, 0};
  const long long pid = words.number("pid", 0);
  if (number_of(device) == 1 && pid != 0) found[there++] = {static_cast<unsigned>(pid), gib / 2, 0, 0};
  const bool fits = there <= *count;
  *count = there;
  if (!fits) return 7;
  for (unsigned i = 0; i < there; ++i) processes[i] = found[i];
  return 0;
}

}  // namespace

extern "C" {

int nvmlInit_v2() {
  return status_of("nvmlInit_v2");
}

int nvmlShutdown() {
  return status_of("nvmlShutdown");
}

const char* nvmlErrorString(int status) {
  return status == 9 ? "Driver Not Loaded" : status == 15 ? "GPU is lost" : "Unknown Error";
}

int nvmlDeviceGetCount_v2(unsigned* count) {
  *count = script().has("one") ? 1 : script().has("ten") ? 10 : 2;
  return status_of("nvmlDeviceGetCount_v2");
}

int nvmlDeviceGetHandleByIndex_v2(unsigned index, void** device) {
  *device = device_of(index % 2 + 1);  // where there are ten, each is there five times
  return status_of("nvmlDeviceGetHandleByIndex_v2");
}

int nvmlDeviceGetUUID(void* device, char* text, unsigned size) {
  std::snprintf(text, size, "%s", uuid_of(number_of(device)));
  return status_of("nvmlDeviceGetUUID");
}

int nvmlDeviceGetName(void* device, char* text, unsigned size) {
  std::snprintf(text, size, "%s", number_of(device) == 1 ? "Scripted 8 GB" : "Scripted 16 GB");
  return status_of("nvmlDeviceGetName");
}

int nvmlDeviceGetPciInfo_v3(void* device, PciInfo* info) {
  std::snprintf(info->bus_id, sizeof info->bus_id, "00000000:%s:00.0", number_of(device) == 1 ? "3B" : "AF");
  return status_of("nvmlDeviceGetPciInfo_v3");
}

int nvmlDeviceGetMemoryInfo(void* device, Memory* memory) {
  if (number_of(device) == 1 && script().has("lost")) return 15;
  const MemoryV2 all = memory_of(number_of(device));
  *memory = {all.total, all.free, all.used + all.reserved};
  return status_of("nvmlDeviceGetMemoryInfo");
}

int nvmlDeviceGetMemoryInfo_v2(void* device, MemoryV2* memory) {
  if (number_of(device) == 1 && script().has("lost")) return 15;
  if (memory->version != (sizeof(MemoryV2) | (2u << 24))) return 25;
  *memory = memory_of(number_of(device));
  return status_of("nvmlDeviceGetMemoryInfo_v2");
}

int nvmlDeviceGetMigMode(void* device, unsigned* current, unsigned* pending) {
  *current = *pending = number_of(device) == 2 && script().has("mig") ? 1 : 0;
  return status_of("nvmlDeviceGetMigMode");
}

int nvmlDeviceGetMaxMigDeviceCount(void*, unsigned* count) {
  *count = 7;
  return status_of("nvmlDeviceGetMaxMigDeviceCount");
}

int nvmlDeviceGetMigDeviceHandleByIndex(void*, unsigned index, void** device) {
  if (index > 1) return 6;
  *device = device_of(3 + index);
  return status_of("nvmlDeviceGetMigDeviceHandleByIndex");
}

int nvmlDeviceGetGpuInstanceId(void* device, unsigned* id) {
  *id = number_of(device) == 3 ? 1 : 2;
  return status_of("nvmlDeviceGetGpuInstanceId");
}

int nvmlDeviceGetComputeInstanceId(void*, unsigned* id) {
  *id = 0;
  return status_of("nvmlDeviceGetComputeInstanceId");
}

int nvmlDeviceGetComputeRunningProcesses_v3(void* device, unsigned* count, Process* processes) {
  return list("nvmlDeviceGetComputeRunningProcesses_v3", device, count, processes);
}

int nvmlDeviceGetComputeRunningProcesses_v2(void* device, unsigned* count, Process* processes) {
  return list("nvmlDeviceGetComputeRunningProcesses_v2", device, count, processes);
}

}  // extern "C"
