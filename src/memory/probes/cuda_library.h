// NVIDIA's CUDA driver (libcuda.so.1, nvcuda.dll), loaded at run time: the order in which CUDA numbers devices, and, where NVML does
// not answer, their memory. CUDA_VISIBLE_DEVICES and CUDA_DEVICE_ORDER of this process are applied by the driver itself.
// Cost: loading it takes 0.1 to 0.5 s. The first read of a device makes its primary context, about 0.2 s and 300 to 500 MB of the card's
// memory for as long as the library lives: CUDA tells free memory only inside a context. So nothing is read as long as NVML answers.
// Source: CUDA driver API (cuDeviceGetUuid, cuDevicePrimaryCtxRetain, cuMemGetInfo).
// Threading: safe to call from any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "memory/probe.h"

namespace sam {

struct CudaDevice {
  int handle = 0;
  std::string uuid_digits;  // 32, or empty: not known; of the MIG part where it is one
  std::string pci_bus_id;   // as normal_pci_bus_id makes it
  std::string name;
};

class CudaLibrary {
 public:
  virtual ~CudaLibrary() = default;

  // The visible devices in CUDA's order: position n is cuda:n. Read once.
  virtual const std::vector<CudaDevice>& devices() const = 0;

  // The reading has no used_by_this_program_bytes. Nothing, and the reason in `why`, when the driver refuses; a context that could not be
  // made is tried again at every 30th read.
  virtual std::optional<MemoryReading> read(int handle, std::string& why) = 0;
};

// Null, and the reason in `why`, where there is no driver or no device.
std::shared_ptr<CudaLibrary> open_cuda(const std::string& file_name, std::string& why);

}  // namespace sam
