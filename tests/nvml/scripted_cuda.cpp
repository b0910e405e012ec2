// A shared library with the functions of the CUDA driver that the probe uses; it plays the cards of scripted_nvml.cpp, the 16 GiB one first
// because it is faster. Words in SCRIPTED_CUDA: "one" (only the 8 GiB card), "mig" (one device: the 5 GiB part of the second card), and
// FUNCTION=CODE.
#include <cstdio>
#include <cstring>

#include "script.h"

namespace {

constexpr std::size_t gib = std::size_t{1} << 30;

int current_device = -1;  // whose context is current; the tests read from one thread at a time

Script script() {
  return Script("SCRIPTED_CUDA");
}

int status_of(const char* function) {
  return static_cast<int>(script().number(function, 0));
}

// Handles: 0 is the 8 GiB card, 1 the 16 GiB card, 2 the part.
struct Uuid {
  unsigned char bytes[16];
};

int uuid_of(const char* function, Uuid* uuid, int device) {
  const unsigned char first[] = {0xaa, 0xbb, 0xdd};
  const unsigned char last[] = {1, 2, 4};
  *uuid = {};
  for (int i = 0; i < 4; ++i) uuid->bytes[i] = first[device];
  uuid->bytes[15] = last[device];
  return status_of(function);
}

}  // namespace

extern "C" {

int cuInit(unsigned) {
  return status_of("cuInit");
}

int cuGetErrorString(int status, const char** text) {
  *text = status == 100 ? "no CUDA-capable device is detected" : "unknown error";
  return 0;
}

int cuDeviceGetCount(int* count) {
  *count = script().has("one") || script().has("mig") ? 1 : 2;
  return status_of("cuDeviceGetCount");
}

int cuDeviceGet(int* device, int ordinal) {
  *device = script().has("mig") ? 2 : script().has("one") ? 0 : 1 - ordinal;
  return status_of("cuDeviceGet");
}

int cuDeviceGetUuid(Uuid* uuid, int device) {
  return uuid_of("cuDeviceGetUuid", uuid, device);
}

int cuDeviceGetUuid_v2(Uuid* uuid, int device) {
  return uuid_of("cuDeviceGetUuid_v2", uuid, device);
}

int cuDeviceGetPCIBusId(char* text, int size, int device) {
  std::snprintf(text, static_cast<std::size_t>(size), "0000:%s:00.0", device == 0 ? "3B" : "AF");
  return status_of("cuDeviceGetPCIBusId");
}

int cuDeviceGetName(char* text, int size, int device) {
  std::snprintf(text, static_cast<std::size_t>(size), "%s", device == 0 ? "Scripted 8 GB" : "Scripted 16 GB");
  return status_of("cuDeviceGetName");
}

int cuDevicePrimaryCtxRetain(void** context, int device) {
  *context = reinterpret_cast<void*>(static_cast<std::size_t>(device) + 1);
  return status_of("cuDevicePrimaryCtxRetain");
}

int cuDevicePrimaryCtxRelease_v2(int) {
  return status_of("cuDevicePrimaryCtxRelease_v2");
}

int cuCtxPushCurrent_v2(void* context) {
  current_device = static_cast<int>(reinterpret_cast<std::size_t>(context)) - 1;
  return status_of("cuCtxPushCurrent_v2");
}

int cuCtxPopCurrent_v2(void** context) {
  *context = reinterpret_cast<void*>(static_cast<std::size_t>(current_device) + 1);
  current_device = -1;
  return status_of("cuCtxPopCurrent_v2");
}

int cuMemGetInfo_v2(std::size_t* free_bytes, std::size_t* total_bytes) {
  if (current_device < 0) return 201;
  const std::size_t total[] = {8 * gib, 16 * gib, 5 * gib};
  *total_bytes = total[current_device];
  *free_bytes = *total_bytes - gib;
  return status_of("cuMemGetInfo_v2");
}

}  // extern "C"
