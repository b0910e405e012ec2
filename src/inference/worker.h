// A worker process that holds engines: the same program started as `sam-annotator worker`, tensors in shared memory (memfd),
// control messages over a socket pair, oom_score_adj 1000. If it crashes, it is started again, its models loaded again, and the
// operation tried once more. If the kernel kills it, the operation ends as OutOfMemory, and the next one starts it again.
// Threading: Worker may be used from any thread. Ownership: models keep their worker alive.
#pragma once

#include <filesystem>
#include <memory>

#include "inference/model.h"

namespace sam {

// The kernel killed the worker process: nothing says that a model needs more than it has.
class WorkerKilled : public OutOfMemory {
 public:
  using OutOfMemory::OutOfMemory;
};

// This process has no memory for the tensors of a run: the engine was not reached, or has done its work.
class TensorsOutOfMemory : public OutOfMemory {
 public:
  using OutOfMemory::OutOfMemory;
  explicit TensorsOutOfMemory(const OutOfMemory& error) : OutOfMemory(error) {}
};

class Worker {
 public:
  virtual ~Worker() = default;

  // Loads a model inside the worker; starts the process if it does not run. Throws ModelError, OutOfMemory.
  virtual std::unique_ptr<Model> load(const ModelOptions& options) = 0;

  // The most that the worker's heap may hold: beyond it large allocations fail, which the operation reports as OutOfMemory with the bytes it
  // asked for. 0: no limit. Holds for the process that runs and for those started later.
  // Not enforced in sanitizer builds (platform/heap.h).
  virtual void set_limit(std::uint64_t limit_bytes) = 0;

  // Ends the process, which gives back everything it held, and returns when it has gone. Models load again when they are next used;
  // running operations start over on the new process.
  virtual void restart() = 0;

  virtual int pid() const = 0;       // -1 when not running
  virtual int restarts() const = 0;  // processes that ended since construction; counts as soon as it is known
  virtual int deaths() const = 0;    // of those, the ones that nobody asked to end
};

// program: the executable to start (this one: /proc/self/exe).
std::shared_ptr<Worker> make_worker(const std::filesystem::path& program);

// The body of `sam-annotator worker`: serves requests on the socket until the other end closes it; returns the exit status.
int run_worker(int control_socket);

}  // namespace sam
