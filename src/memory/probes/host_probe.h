// Host memory as this process may use it: the smallest limit among its cgroups (v2 or v1) and the machine's memory.
// Inside a cgroup "used" is the working set (usage − inactive file): page cache that the kernel drops on demand is no pressure.
// Source: Documentation/admin-guide/cgroup-v2.rst, cgroup-v1/memory.rst and proc(5) of Linux.
// Threading: read() may be called from any thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "memory/probe.h"

namespace sam {

// The content of a small text file; nothing if it cannot be read.
using TextReader = std::function<std::optional<std::string>(const std::string& path)>;

TextReader read_text_files();  // of this machine

class HostProbe final : public Probe {
 public:
  explicit HostProbe(TextReader reader) : reader_(std::move(reader)) {}

  const std::string& domain() const override { return domain_; }
  const std::string& name() const override { return name_; }
  std::optional<MemoryReading> read() override;

 private:
  const TextReader reader_;
  const std::string domain_ = "host";
  const std::string name_ = "host memory";
};

}  // namespace sam
