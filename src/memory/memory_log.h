// The specification's log line: "Memory before prediction: Used: 2.45 GB / Total: 8.00 GB (30.6%)", or, without a GPU,
// "Memory before prediction: Running on CPU - memory stats not available".
// Threading: safe to call from any thread.
#pragma once

#include <string>
#include <string_view>

#include "memory/memory_info.h"

namespace sam {

class MemoryLog {
 public:
  // probe: of the device that predictions run on; null for the CPU. It must outlive the log.
  explicit MemoryLog(Probe* device) : device_(device) {}

  // when: "before prediction", "after prediction". Never throws.
  void write(std::string_view when) noexcept;

 private:
  Probe* device_;
};

}  // namespace sam
