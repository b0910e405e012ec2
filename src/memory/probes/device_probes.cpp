#include <spdlog/spdlog.h>

#ifdef _WIN32
#include <process.h>
#else
#include <unistd.h>
#endif

#include <cstddef>
#include <utility>

#include "memory/memory_snapshot.h"
#include "memory/probes/cuda_library.h"
#include "memory/probes/dxgi_memory.h"
#include "memory/probes/fallback_probe.h"
#include "memory/probes/machine_probes.h"
#include "memory/probes/nvml_library.h"
#include "platform/mutex.h"

namespace sam {
namespace {

void warn(const std::string& sentence) {
  spdlog::warn("{}", sentence);
}

int this_process() {
#ifdef _WIN32
  return _getpid();
#else
  return ::getpid();
#endif
}

// The CUDA driver, loaded when it is first needed: that takes a while.
class CudaWhenNeeded {
 public:
  explicit CudaWhenNeeded(std::string file) : file_(std::move(file)) {}

  // Null, and the reason in `why`, where it cannot be used.
  std::shared_ptr<CudaLibrary> get(std::string& why) {
    const MutexLock lock(mutex_);
    if (!tried_) library_ = open_cuda(file_, why_);
    tried_ = true;
    why = why_;
    return library_;
  }

 private:
  const std::string file_;
  Mutex mutex_;
  bool tried_ SAM_GUARDED_BY(mutex_) = false;
  std::shared_ptr<CudaLibrary> library_ SAM_GUARDED_BY(mutex_);
  std::string why_ SAM_GUARDED_BY(mutex_);
};

// A visible device, as far as it is known.
struct Device {
  std::string name;
  std::optional<NvmlCard> card;
  std::size_t index = 0;  // cuda:index
};

constexpr std::ptrdiff_t most_devices = max_domains - 1;  // the host is watched as well

class Builder {
 public:
  explicit Builder(const DeviceProbeOptions& options)
      : options_(options),
        nvml_(open_nvml(options.nvml_library)),
        cuda_(std::make_shared<CudaWhenNeeded>(options.cuda_library)),
        adapters_(dxgi_adapters()) {}

  DeviceProbes build() {
    DeviceProbes result;
    std::vector<Device> devices = find_devices();
    if (std::ssize(devices) > most_devices) {
      warn("there are " + std::to_string(devices.size()) + " NVIDIA cards and only the first " +
           std::to_string(most_devices) + " are used; CUDA_VISIBLE_DEVICES chooses others");
      devices.erase(devices.begin() + most_devices, devices.end());
    }
    for (const Device& device : devices) {
      result.probes.push_back(
          std::make_unique<FallbackProbe>("cuda:" + std::to_string(device.index), device.name, sources(device), warn));
    }
    if (result.probes.empty()) result.why_none = why_none_;
    return result;
  }

 private:
  std::vector<Device> find_devices() {
    std::string nvml_problem = nvml_.installed ? nvml_.why_none : "";
    std::vector<NvmlCard> cards;
    if (nvml_.library) {
      std::string why;
      cards = nvml_.library->cards(why);
      if (!why.empty()) nvml_problem = "NVML: " + why;
      why_none_ = !why.empty() ? nvml_problem : "NVML: no visible NVIDIA card";
    } else {
      why_none_ = nvml_.why_none;
    }
    std::vector<Device> devices = cards.empty() ? without_nvml() : with_nvml(cards);
    if (!nvml_problem.empty()) {
      const std::string next = devices.empty() ? "no GPU is used"
                               : cards.empty() ? "memory is read through " + substitute_
                                               : "that card is not used";
      warn(nvml_problem + "; " + next);
    }
    return devices;
  }

  std::vector<Device> with_nvml(const std::vector<NvmlCard>& cards) {
    std::vector<CardId> ids;
    ids.reserve(cards.size());
    for (const NvmlCard& card : cards) ids.push_back(card.id);
    std::vector<Device> devices;
    if (order_needs_driver(options_.visible_devices, options_.device_order, ids)) {
      std::string why;
      if (const auto cuda = cuda_->get(why)) {
        for (const CudaDevice& device : cuda->devices()) {
          const auto card = find_card(ids, device.uuid_digits, device.pci_bus_id);
          devices.push_back({device.name, card ? std::optional(cards[*card]) : std::nullopt, devices.size()});
        }
        return devices;
      }
    }
    for (const std::size_t card : visible_cards(options_.visible_devices, ids))
      devices.push_back({cards[card].name, cards[card], devices.size()});
    return devices;
  }

  // CUDA's driver knows itself what is visible; Windows does not.
  std::vector<Device> without_nvml() {
    std::vector<Device> devices;
    if (options_.visible_devices && visible_is_none(*options_.visible_devices)) return devices;
    std::string why;
    if (const auto cuda = cuda_->get(why)) {
      substitute_ = "the CUDA driver";
      devices.reserve(cuda->devices().size());
      for (const CudaDevice& device : cuda->devices()) devices.push_back({device.name, std::nullopt, devices.size()});
      return devices;
    }
    substitute_ = "DXGI";
    for (const DxgiAdapter& adapter : adapters_) devices.push_back({adapter.name, std::nullopt, devices.size()});
    return devices;
  }

  static bool visible_is_none(const std::string& visible) { return visible.empty() || visible.starts_with('-'); }

  std::vector<ReadingSource> sources(const Device& device) const {
    std::vector<ReadingSource> sources;
    if (device.card) {
      auto pids = options_.our_pids;
      if (!pids) pids = [] { return std::vector<int>{this_process()}; };
      sources.push_back({"NVML", [library = nvml_.library, handle = device.card->handle, pids](std::string& why) {
                           return library->read(handle, pids(), why);
                         }});
    }
    sources.push_back({"the CUDA driver", [cuda = cuda_, device](std::string& why) -> std::optional<MemoryReading> {
                         const auto library = cuda->get(why);
                         if (!library) return std::nullopt;
                         const auto handle = handle_of(*library, device);
                         if (handle) return library->read(*handle, why);
                         why = "it does not see the card";
                         return std::nullopt;
                       }});
    if (device.index < adapters_.size()) {
      sources.push_back({"DXGI", [adapter = adapters_[device.index]](std::string& why) -> std::optional<MemoryReading> {
                           const auto memory = adapter.query();
                           if (memory) return dxgi_reading(*memory);
                           why = "Windows does not tell";
                           return std::nullopt;
                         }});
    }
    return sources;
  }

  static std::optional<int> handle_of(const CudaLibrary& cuda, const Device& device) {
    const std::vector<CudaDevice>& devices = cuda.devices();
    if (device.card) {
      CardId id = device.card->id;
      if (!id.mig_address.empty()) id.pci_bus_id.clear();  // that of the card, and so of all its parts
      for (const CudaDevice& candidate : devices) {
        if (find_card({id}, candidate.uuid_digits, candidate.pci_bus_id)) return candidate.handle;
      }
    }
    if (device.card || device.index >= devices.size()) return std::nullopt;
    return devices[device.index].handle;
  }

  const DeviceProbeOptions& options_;
  const OpenedNvml nvml_;
  const std::shared_ptr<CudaWhenNeeded> cuda_;
  const std::vector<DxgiAdapter> adapters_;
  std::string why_none_;
  std::string substitute_;
};

}  // namespace

DeviceProbes make_device_probes(const DeviceProbeOptions& options) {
  return Builder(options).build();
}

}  // namespace sam
