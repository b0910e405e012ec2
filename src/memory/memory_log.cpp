#include "memory/memory_log.h"

#include <spdlog/spdlog.h>

namespace sam {

void MemoryLog::write(std::string_view when) noexcept {
  try {
    spdlog::info("Memory {}: {}", when, safe_get_memory_info(device_).formatted);
  } catch (const std::exception&) {  // a prediction does not fail because a log line could not be written
  }
}

}  // namespace sam
