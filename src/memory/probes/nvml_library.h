// NVIDIA's management library (libnvidia-ml.so.1, nvml.dll), loaded at run time: the cards, their MIG parts, their memory and who uses it.
// Any of its functions may fail at any time; those that older drivers lack are optional.
// Source: NVML API reference (nvmlDeviceGetMemoryInfo_v2, Multi Instance GPU Management, nvmlDeviceGetComputeRunningProcesses).
// Threading: safe to call from any thread, as NVML is. Ownership: cards stay valid while the library lives.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "memory/probe.h"
#include "memory/probes/card_selection.h"

namespace sam {

struct NvmlCard {
  void* handle = nullptr;
  CardId id;
  std::string name;  // "NVIDIA H200", "NVIDIA H200 MIG 1/0"
};

class NvmlLibrary {
 public:
  virtual ~NvmlLibrary() = default;

  // Cards in the order of the PCI bus; in place of a card in MIG mode its parts. A card that fell off the bus is left out, with a sentence
  // in `why`.
  virtual std::vector<NvmlCard> cards(std::string& why) const = 0;

  // used as nvidia-smi shows it: without what the driver reserved, where the driver tells them apart. used_by_this_program is the sum over
  // our_pids; 0 where no process computes on the card, nothing where only others are listed (their numbers may be of another
  // namespace: in a container one's own processes cannot be found). Costs about 0.1 to 1 ms.
  virtual std::optional<MemoryReading> read(void* handle, const std::vector<int>& our_pids, std::string& why) const = 0;
};

struct OpenedNvml {
  std::shared_ptr<const NvmlLibrary> library;  // null: not usable
  std::string why_none;                        // a sentence
  bool installed = false;                      // the file is there: not usable then means broken
};

OpenedNvml open_nvml(const std::string& file_name);

}  // namespace sam
