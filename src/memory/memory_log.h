// The specification's log line: "Memory before prediction: Used: 2.45 GB / Total: 8.00 GB (30.6%)", or, without a GPU,
// "Memory before prediction: Running on CPU - memory stats not available".
// Threading: safe to call from any thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "memory/memory_info.h"

namespace sam {

class MemoryLog {
 public:
  // read: of the device that predictions run on, as the governor saw it last: no driver is asked in the caller's thread. Null for the CPU.
  explicit MemoryLog(std::function<MemoryInfo()> read) : read_(std::move(read)) {}

  // when: "before prediction", "after prediction". Never throws.
  void write(std::string_view when) noexcept;

 private:
  const std::function<MemoryInfo()> read_;
};

}  // namespace sam
