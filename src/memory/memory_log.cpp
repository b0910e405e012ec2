#include "memory/memory_log.h"

#include <spdlog/spdlog.h>

namespace sam {

void MemoryLog::write(std::string_view when) noexcept {
  try {
    const MemoryInfo info = read_ ? read_() : safe_get_memory_info(nullptr);
    spdlog::info("Memory {}: {}", when, info.formatted);
  } catch (const std::exception&) {  // a prediction does not fail because a log line could not be written
  }
}

}  // namespace sam
