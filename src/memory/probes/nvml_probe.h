// Memory of NVIDIA cards through NVML (libnvidia-ml.so.1), loaded at run time.
// Devices are numbered as CUDA numbers them: CUDA_VISIBLE_DEVICES by index, by UUID or by its beginning is honoured, so that "cuda:0" is the
// card the user meant. Source: NVML API reference, nvmlDeviceGetMemoryInfo; CUDA C++ programming guide, environment variables.
// Threading: read() may be called from any thread. Ownership: probes share the loaded library.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "memory/probe.h"

namespace sam {

struct NvmlOptions {
  std::string library = "libnvidia-ml.so.1";
  std::optional<std::string> visible_devices;  // CUDA_VISIBLE_DEVICES; nothing: all
};

// One probe a visible card, in CUDA's order; none where there is no driver or no card. why_none, if given, receives the reason.
std::vector<std::unique_ptr<Probe>> make_nvml_probes(const NvmlOptions& options, std::string* why_none = nullptr);

// Positions in uuids of the cards that `visible` names, in its order; CUDA stops at the first entry that names none.
std::vector<std::size_t> visible_cards(const std::optional<std::string>& visible,
                                       const std::vector<std::string>& uuids);

}  // namespace sam
