#include "memory/probes/cuda_library.h"

#include <array>
#include <cstddef>
#include <map>
#include <utility>

#include "memory/probes/card_selection.h"
#include "memory/probes/find_function.h"
#include "platform/mutex.h"

namespace sam {
namespace {

// Own declarations of the few functions used, as in cuda.h.
using Context = void*;
struct Uuid {
  unsigned char bytes[16];
};
constexpr int success = 0;
constexpr int reads_between_attempts = 30;

struct Functions {
  int (*init)(unsigned) = nullptr;
  int (*error_string)(int, const char**) = nullptr;
  int (*count)(int*) = nullptr;
  int (*get)(int*, int) = nullptr;
  int (*uuid)(Uuid*, int) = nullptr;
  int (*pci_bus_id)(char*, int, int) = nullptr;
  int (*name)(char*, int, int) = nullptr;
  int (*retain)(Context*, int) = nullptr;
  int (*release)(int) = nullptr;
  int (*push)(Context) = nullptr;
  int (*pop)(Context*) = nullptr;
  int (*memory)(std::size_t*, std::size_t*) = nullptr;

  bool complete() const {
    return init && error_string && count && get && uuid && pci_bus_id && name && retain && release && push && pop &&
           memory;
  }
};

Functions find_functions(const SharedLibrary& library) {
  Functions f;
  find_function(library, "cuInit", f.init);
  find_function(library, "cuGetErrorString", f.error_string);
  find_function(library, "cuDeviceGetCount", f.count);
  find_function(library, "cuDeviceGet", f.get);
  find_function(library, "cuDeviceGetUuid_v2", f.uuid);  // of a MIG part its own; the first version, of the card
  if (f.uuid == nullptr) find_function(library, "cuDeviceGetUuid", f.uuid);
  find_function(library, "cuDeviceGetPCIBusId", f.pci_bus_id);
  find_function(library, "cuDeviceGetName", f.name);
  find_function(library, "cuDevicePrimaryCtxRetain", f.retain);
  find_function(library, "cuDevicePrimaryCtxRelease_v2", f.release);
  find_function(library, "cuCtxPushCurrent_v2", f.push);
  find_function(library, "cuCtxPopCurrent_v2", f.pop);
  find_function(library, "cuMemGetInfo_v2", f.memory);
  return f;
}

std::string error(const Functions& f, int status) {
  const char* sentence = nullptr;
  if (f.error_string(status, &sentence) != success || sentence == nullptr) return "error " + std::to_string(status);
  return sentence;
}

CudaDevice describe(const Functions& f, int handle) {
  CudaDevice device;
  device.handle = handle;
  Uuid uuid{};
  if (f.uuid(&uuid, handle) == success) {
    constexpr const char* digits = "0123456789abcdef";
    for (const unsigned char byte : uuid.bytes) {
      device.uuid_digits += digits[byte >> 4];
      device.uuid_digits += digits[byte & 15];
    }
  }
  std::array<char, 128> text{};
  const int length = static_cast<int>(text.size()) - 1;
  if (f.pci_bus_id(text.data(), length, handle) == success) device.pci_bus_id = normal_pci_bus_id(text.data());
  text = {};
  device.name = f.name(text.data(), length, handle) == success && text[0] != '\0' ? text.data() : "NVIDIA GPU";
  return device;
}

class LoadedCuda final : public CudaLibrary {
 public:
  LoadedCuda(SharedLibrary library, const Functions& functions, std::vector<CudaDevice> devices)
      : library_(std::move(library)), f_(functions), devices_(std::move(devices)) {}
  ~LoadedCuda() override {
    const MutexLock lock(mutex_);
    for (const auto& [handle, use] : used_) {
      if (use.context != nullptr) f_.release(handle);
    }
  }
  LoadedCuda(const LoadedCuda&) = delete;
  LoadedCuda& operator=(const LoadedCuda&) = delete;

  const std::vector<CudaDevice>& devices() const override { return devices_; }

  std::optional<MemoryReading> read(int handle, std::string& why) override {
    const MutexLock lock(mutex_);
    Use& use = used_[handle];
    if (use.context == nullptr && use.reads_to_wait-- > 0) {
      why = use.why;
      return std::nullopt;
    }
    if (use.context == nullptr) {
      if (const int status = f_.retain(&use.context, handle); status != success) {
        use.context = nullptr;
        use.reads_to_wait = reads_between_attempts - 1;
        why = use.why = "no context: " + error(f_, status);
        return std::nullopt;
      }
    }
    std::size_t free_bytes = 0;
    std::size_t total_bytes = 0;
    int status = f_.push(use.context);
    if (status == success) {
      status = f_.memory(&free_bytes, &total_bytes);
      Context popped = nullptr;
      f_.pop(&popped);
    }
    if (status != success || total_bytes == 0) {
      why = error(f_, status);
      return std::nullopt;
    }
    MemoryReading reading;
    reading.total_bytes = total_bytes;
    reading.free_bytes = free_bytes;
    reading.used_bytes = total_bytes > free_bytes ? total_bytes - free_bytes : 0;
    reading.source = "CUDA driver";
    return reading;
  }

 private:
  struct Use {
    Context context = nullptr;
    int reads_to_wait = 0;
    std::string why;
  };

  SharedLibrary library_;
  const Functions f_;
  const std::vector<CudaDevice> devices_;
  Mutex mutex_;
  std::map<int, Use> used_ SAM_GUARDED_BY(mutex_);
};

}  // namespace

std::shared_ptr<CudaLibrary> open_cuda(const std::string& file_name, std::string& why) {
  auto library = SharedLibrary::open(file_name);
  if (!library) {
    why = file_name + " not found";
    return nullptr;
  }
  const Functions f = find_functions(*library);
  if (!f.complete()) {
    why = file_name + " lacks a function that is needed: the driver is too old";
    return nullptr;
  }
  int count = 0;
  int status = f.init(0);
  if (status == success) status = f.count(&count);
  std::vector<CudaDevice> devices;
  for (int i = 0; status == success && i < count; ++i) {
    int handle = 0;
    status = f.get(&handle, i);
    if (status == success) devices.push_back(describe(f, handle));
  }
  if (status != success || devices.empty()) {
    why = status != success ? error(f, status) : "it sees no card";
    return nullptr;
  }
  return std::make_shared<LoadedCuda>(*std::move(library), f, std::move(devices));
}

}  // namespace sam
