// One domain read through the first source that answers: NVML, else the CUDA driver, else DXGI. A source that fails is warned about once;
// it is asked again at every sample, so that a driver that comes back is used again.
// Threading: read() may be called from any thread; sources are then called from any thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "memory/probe.h"

namespace sam {

struct ReadingSource {
  std::string name;  // "NVML"
  // Nothing, and the reason in `why`, when it cannot be read now. It may throw.
  std::function<std::optional<MemoryReading>(std::string& why)> read;
};

// Takes a sentence for the log.
using Warn = std::function<void(const std::string& sentence)>;

class FallbackProbe final : public Probe {
 public:
  FallbackProbe(std::string domain, std::string name, std::vector<ReadingSource> sources, Warn warn);

  const std::string& domain() const override { return domain_; }
  const std::string& name() const override { return name_; }
  // used <= total and used + free <= total, whatever a source says. Nothing if none answers. Never throws.
  std::optional<MemoryReading> read() override;

 private:
  void warn_once(std::size_t failed, const std::string& reasons);

  const std::string domain_;
  const std::string name_;
  const std::vector<ReadingSource> sources_;
  const Warn warn_;
  std::atomic<std::size_t> warned_{0};  // of so many sources was said that they failed
};

}  // namespace sam
