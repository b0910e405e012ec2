// Memory of graphics cards as Windows counts it (IDXGIAdapter3::QueryVideoMemoryInfo): where neither NVML nor the CUDA driver answers.
// Windows gives each process a budget of the card's local memory, and says what this process uses; what others use is what is left of the
// total beyond both.
// Source: Microsoft's dxgi1_4.h reference, DXGI_QUERY_VIDEO_MEMORY_INFO.
// Threading: safe to call from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "memory/probe.h"

namespace sam {

struct DxgiMemory {
  std::uint64_t dedicated_bytes = 0;  // DXGI_ADAPTER_DESC1::DedicatedVideoMemory
  std::uint64_t budget_bytes = 0;     // what this process may use now
  std::uint64_t usage_bytes = 0;      // what it uses
};

// total = dedicated (or the budget, where that is more: a card that shares the host's memory); free = budget − usage; used = the rest.
MemoryReading dxgi_reading(const DxgiMemory& memory);

struct DxgiAdapter {
  std::string name;
  std::function<std::optional<DxgiMemory>()> query;  // nothing when Windows refuses: the adapter was removed
};

// NVIDIA's adapters, in the order of Windows. None on other systems.
std::vector<DxgiAdapter> dxgi_adapters();

}  // namespace sam
