#include "memory/probes/dxgi_memory.h"

#include <algorithm>

namespace sam {

MemoryReading dxgi_reading(const DxgiMemory& memory) {
  MemoryReading reading;
  reading.total_bytes = std::max(memory.dedicated_bytes, memory.budget_bytes);
  reading.free_bytes = memory.budget_bytes - std::min(memory.usage_bytes, memory.budget_bytes);
  reading.used_bytes = reading.total_bytes - reading.free_bytes;
  reading.used_by_this_program_bytes = std::min(memory.usage_bytes, reading.used_bytes);
  reading.source = "DXGI";
  return reading;
}

}  // namespace sam
