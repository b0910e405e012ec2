#include "memory/probes/nvml_library.h"

#include <algorithm>
#include <array>
#include <utility>

#include "memory/probes/find_function.h"

namespace sam {
namespace {

// Own declarations of the few functions used; layouts as in nvml.h, where a structure of a version never changes.
using Device = void*;
struct Memory {
  unsigned long long total;
  unsigned long long free;
  unsigned long long used;
};
struct MemoryV2 {
  unsigned version;
  unsigned long long total;
  unsigned long long reserved;
  unsigned long long free;
  unsigned long long used;
};
constexpr unsigned memory_v2_version = sizeof(MemoryV2) | (2u << 24);
struct PciInfo {
  char legacy_bus_id[16];
  unsigned domain, bus, device, device_id, subsystem_id;
  char bus_id[32];
};
struct Process {  // of version 2 and 3
  unsigned pid;
  unsigned long long used_bytes;
  unsigned gpu_instance, compute_instance;
};
constexpr int success = 0;
constexpr int insufficient_size = 7;
constexpr unsigned long long not_available = ~0ull;
constexpr unsigned text_bytes = 96;

struct Functions {
  int (*init)() = nullptr;
  int (*shutdown)() = nullptr;
  const char* (*error_string)(int) = nullptr;
  int (*count)(unsigned*) = nullptr;
  int (*handle)(unsigned, Device*) = nullptr;
  int (*uuid)(Device, char*, unsigned) = nullptr;
  int (*name)(Device, char*, unsigned) = nullptr;
  int (*memory)(Device, Memory*) = nullptr;
  // Null where the driver is too old.
  int (*memory_v2)(Device, MemoryV2*) = nullptr;
  int (*pci)(Device, PciInfo*) = nullptr;
  int (*mig_mode)(Device, unsigned*, unsigned*) = nullptr;
  int (*mig_count)(Device, unsigned*) = nullptr;
  int (*mig_handle)(Device, unsigned, Device*) = nullptr;
  int (*gpu_instance)(Device, unsigned*) = nullptr;
  int (*compute_instance)(Device, unsigned*) = nullptr;
  int (*processes_v3)(Device, unsigned*, Process*) = nullptr;
  int (*processes_v2)(Device, unsigned*, Process*) = nullptr;

  bool complete() const { return init && shutdown && error_string && count && handle && uuid && name && memory; }
};

Functions find_functions(const SharedLibrary& library) {
  Functions f;
  find_function(library, "nvmlInit_v2", f.init);
  find_function(library, "nvmlShutdown", f.shutdown);
  find_function(library, "nvmlErrorString", f.error_string);
  find_function(library, "nvmlDeviceGetCount_v2", f.count);
  find_function(library, "nvmlDeviceGetHandleByIndex_v2", f.handle);
  find_function(library, "nvmlDeviceGetUUID", f.uuid);
  find_function(library, "nvmlDeviceGetName", f.name);
  find_function(library, "nvmlDeviceGetMemoryInfo", f.memory);
  find_function(library, "nvmlDeviceGetMemoryInfo_v2", f.memory_v2);
  find_function(library, "nvmlDeviceGetPciInfo_v3", f.pci);
  find_function(library, "nvmlDeviceGetMigMode", f.mig_mode);
  find_function(library, "nvmlDeviceGetMaxMigDeviceCount", f.mig_count);
  find_function(library, "nvmlDeviceGetMigDeviceHandleByIndex", f.mig_handle);
  find_function(library, "nvmlDeviceGetGpuInstanceId", f.gpu_instance);
  find_function(library, "nvmlDeviceGetComputeInstanceId", f.compute_instance);
  find_function(library, "nvmlDeviceGetComputeRunningProcesses_v3", f.processes_v3);
  find_function(library, "nvmlDeviceGetComputeRunningProcesses_v2", f.processes_v2);
  return f;
}

class LoadedNvml final : public NvmlLibrary {
 public:
  LoadedNvml(SharedLibrary library, const Functions& functions) : library_(std::move(library)), f_(functions) {}
  ~LoadedNvml() override { f_.shutdown(); }
  LoadedNvml(const LoadedNvml&) = delete;
  LoadedNvml& operator=(const LoadedNvml&) = delete;

  std::vector<NvmlCard> cards(std::string& why) const override {
    std::vector<NvmlCard> found;
    unsigned count = 0;
    if (const int status = f_.count(&count); status != success) {
      why = error(status);
      return found;
    }
    for (unsigned i = 0; i < count; ++i) {
      NvmlCard card;
      if (const int status = f_.handle(i, &card.handle); status != success) {
        why = "card " + std::to_string(i) + ": " + error(status);
        continue;
      }
      card.id.ordinal = i;
      card.id.uuid = card.id.card_uuid = text(f_.uuid, card.handle);
      card.id.pci_bus_id = pci_bus_id(card.handle);
      card.name = text(f_.name, card.handle);
      if (card.name.empty()) card.name = "NVIDIA GPU";
      const std::vector<NvmlCard> parts = mig_parts(card);
      if (parts.empty()) found.push_back(card);
      found.insert(found.end(), parts.begin(), parts.end());
    }
    return found;
  }

  std::optional<MemoryReading> read(void* handle, const std::vector<int>& our_pids, std::string& why) const override {
    MemoryReading reading;
    reading.source = "NVML";
    MemoryV2 v2{};
    v2.version = memory_v2_version;
    Memory v1{};
    if (f_.memory_v2 != nullptr && f_.memory_v2(handle, &v2) == success && v2.total > 0) {
      reading.total_bytes = v2.total;
      reading.used_bytes = v2.used;
      reading.free_bytes = v2.free;
      reading.reserved_bytes = v2.reserved;
    } else if (const int status = f_.memory(handle, &v1); status != success || v1.total == 0) {
      why = status != success ? error(status) : "it says the card has no memory";
      return std::nullopt;
    } else {
      reading.total_bytes = v1.total;
      reading.used_bytes = v1.used;
      reading.free_bytes = v1.free;
    }
    reading.used_by_this_program_bytes = used_by(handle, our_pids);
    return reading;
  }

  std::string error(int status) const {
    const char* sentence = f_.error_string(status);
    return sentence != nullptr ? sentence : "error " + std::to_string(status);
  }

 private:
  static std::string text(int (*get)(Device, char*, unsigned), Device device) {
    std::array<char, text_bytes> text{};
    return get(device, text.data(), text_bytes - 1) == success ? text.data() : "";
  }

  std::string pci_bus_id(Device device) const {
    PciInfo info{};
    if (f_.pci == nullptr || f_.pci(device, &info) != success) return {};
    info.bus_id[sizeof info.bus_id - 1] = '\0';
    return normal_pci_bus_id(info.bus_id);
  }

  // Empty where the card is not in MIG mode, or its parts cannot be told.
  std::vector<NvmlCard> mig_parts(const NvmlCard& card) const {
    std::vector<NvmlCard> parts;
    unsigned mode = 0, pending = 0, count = 0;
    if (!f_.mig_mode || !f_.mig_count || !f_.mig_handle) return parts;
    if (f_.mig_mode(card.handle, &mode, &pending) != success || mode == 0) return parts;
    if (f_.mig_count(card.handle, &count) != success) return parts;
    for (unsigned i = 0; i < std::min(count, 64u); ++i) {
      NvmlCard part = card;
      if (f_.mig_handle(card.handle, i, &part.handle) != success) continue;  // so many there may be, not are
      part.id.uuid = text(f_.uuid, part.handle);
      unsigned gpu = 0, compute = 0;
      if (f_.gpu_instance && f_.gpu_instance(part.handle, &gpu) == success && f_.compute_instance &&
          f_.compute_instance(part.handle, &compute) == success) {
        const std::string address = std::to_string(gpu) + "/" + std::to_string(compute);
        part.id.mig_address = "MIG-" + card.id.card_uuid + "/" + address;
        part.name += " MIG " + address;
      }
      parts.push_back(part);
    }
    return parts;
  }

  std::optional<std::uint64_t> used_by(Device device, const std::vector<int>& our_pids) const {
    auto* list = f_.processes_v3 != nullptr ? f_.processes_v3 : f_.processes_v2;
    if (list == nullptr || our_pids.empty()) return std::nullopt;
    auto processes = list_processes(list, device);
    if (!processes && list == f_.processes_v3 && f_.processes_v2) processes = list_processes(f_.processes_v2, device);
    if (!processes) return std::nullopt;
    if (processes->empty()) return 0;
    std::optional<std::uint64_t> sum;
    for (const Process& process : *processes) {
      if (std::find(our_pids.begin(), our_pids.end(), static_cast<int>(process.pid)) == our_pids.end()) continue;
      if (process.used_bytes == not_available) return std::nullopt;
      sum = sum.value_or(0) + process.used_bytes;
    }
    return sum;
  }

  static std::optional<std::vector<Process>> list_processes(int (*list)(Device, unsigned*, Process*), Device device) {
    std::vector<Process> processes(64);
    for (int attempt = 0; attempt < 3; ++attempt) {  // more may start meanwhile
      auto count = static_cast<unsigned>(processes.size());
      const int status = list(device, &count, processes.data());
      if (status == success) {
        processes.resize(std::min<std::size_t>(count, processes.size()));
        return processes;
      }
      if (status != insufficient_size || count > 65536) return std::nullopt;
      processes.resize(count + 64);
    }
    return std::nullopt;
  }

  SharedLibrary library_;
  const Functions f_;
};

}  // namespace

OpenedNvml open_nvml(const std::string& file_name) {
  auto library = SharedLibrary::open(file_name);
  if (!library) return {nullptr, file_name + " not found: no NVIDIA driver", false};
  const Functions functions = find_functions(*library);
  if (!functions.complete())
    return {nullptr, file_name + " lacks a function that is needed: the driver is too old", true};
  if (const int status = functions.init(); status != success) {
    const char* sentence = functions.error_string(status);
    return {nullptr, std::string("NVML: ") + (sentence != nullptr ? sentence : "it cannot be started"), true};
  }
  return {std::make_shared<const LoadedNvml>(*std::move(library), functions), "", true};
}

}  // namespace sam
