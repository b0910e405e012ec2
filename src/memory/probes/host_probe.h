// Host memory as this process may use it: the smallest limit among its cgroups (v2 or v1) and the machine's memory.
// Inside a cgroup "used" is the group's usage less droppable_bytes() of cgroup.h: page cache that the kernel drops on demand is no pressure. A limit
// that was known and cannot be read any more still stands; one that never could be read is left out, with a warning that names its file.
// Where "used" of a limited group cannot be read, it is this program's own.
// A sample costs about 15 to 30 µs: descriptors stay open, and which files exist is looked up again every 50 samples or when one vanishes; every
// limit is read at every sample.
// Source: cgroup.h; proc(5), Documentation/accounting/psi.rst of Linux.
// Threading: read() may be called from any thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "memory/probe.h"
#include "memory/probes/cgroup.h"
#include "platform/mutex.h"

namespace sam {

// Files of this machine; their descriptors stay open while the reader lives (at most 64).
TextReader read_text_files();

class HostProbe final : public Probe {
 public:
  // warn: takes a sentence for the log, once a file; null: nobody is told.
  explicit HostProbe(TextReader reader, std::function<void(const std::string&)> warn = nullptr)
      : reader_(std::move(reader)), warn_(std::move(warn)) {}

  const std::string& domain() const override { return domain_; }
  const std::string& name() const override { return name_; }
  std::optional<MemoryReading> read() override;

 private:
  struct Usage {
    std::uint64_t used = 0;
    std::uint64_t limit = 0;
    const char* source = "";
    std::string pressure_file;
  };
  std::optional<Usage> read_machine() const;
  std::optional<Usage> read_group(CgroupFolder& folder, std::uint64_t machine_bytes, std::uint64_t own_bytes,
                                  std::uint64_t tightest_free) SAM_REQUIRES(mutex_);

  void warn_of(const std::string& file) SAM_REQUIRES(mutex_);

  const TextReader reader_;
  const std::function<void(const std::string&)> warn_;
  const std::string domain_ = "host";
  const std::string name_ = "host memory";
  Mutex mutex_;
  std::vector<CgroupFolder> folders_ SAM_GUARDED_BY(mutex_);
  std::set<std::string> warned_ SAM_GUARDED_BY(mutex_);  // limit files that were warned of
  int samples_to_look_ SAM_GUARDED_BY(mutex_) = 0;       // until cgroups are looked for again
};

}  // namespace sam
