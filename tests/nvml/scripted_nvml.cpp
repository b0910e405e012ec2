// A shared library with the few functions of NVML that the probe uses; it plays two cards. SCRIPTED_NVML=fail makes initialising fail,
// SCRIPTED_NVML=lost makes the first card fall off the bus when its memory is read.
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace {

struct Memory {
  unsigned long long total, free, used;
};

bool script_is(const char* word) {
  const char* script = std::getenv("SCRIPTED_NVML");
  return script != nullptr && std::string_view(script) == word;
}

std::size_t index_of(void* device) {
  return reinterpret_cast<std::size_t>(device) - 1;
}

}  // namespace

extern "C" {

int nvmlInit_v2() {
  return script_is("fail") ? 9 : 0;
}
int nvmlShutdown() {
  return 0;
}
const char* nvmlErrorString(int status) {
  return status == 9 ? "Driver Not Loaded" : "GPU is lost";
}

int nvmlDeviceGetCount_v2(unsigned* count) {
  *count = 2;
  return 0;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned index, void** device) {
  *device = reinterpret_cast<void*>(std::size_t{index} + 1);
  return 0;
}

int nvmlDeviceGetUUID(void* device, char* text, unsigned size) {
  std::strncpy(text, index_of(device) == 0 ? "GPU-aaaa-0" : "GPU-bbbb-1", size);
  return 0;
}

int nvmlDeviceGetName(void* device, char* text, unsigned size) {
  std::strncpy(text, index_of(device) == 0 ? "Scripted 8 GB" : "Scripted 16 GB", size);
  return 0;
}

int nvmlDeviceGetMemoryInfo(void* device, Memory* memory) {
  if (index_of(device) == 0 && script_is("lost")) return 15;
  const unsigned long long gib = 1ull << 30;
  *memory =
      index_of(device) == 0 ? Memory{8 * gib, 8 * gib - 2630667469ull, 2630667469ull} : Memory{16 * gib, 15 * gib, gib};
  return 0;
}

}  // extern "C"
