// The user's side of tensors shared with a worker. A buffer's number names its bytes to the worker, which keeps them mapped until told that
// they are gone. Descriptors are closed once the worker has them, so that a cache of a thousand embeddings holds none.
// Threading: safe from any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <unordered_set>
#include <vector>

#include "inference/tensor.h"
#include "inference/worker_protocol.h"
#include "inference/worker_session.h"
#include "platform/mutex.h"
#include "platform/shared_memory.h"

namespace sam {

class WorkerBuffer;

// Which buffers the worker of today knows. Outlives sessions; buffers hold it weakly.
class WorkerBuffers : public std::enable_shared_from_this<WorkerBuffers> {
 public:
  // Zeroed shared memory. Throws std::bad_alloc.
  Tensor make(std::string name, ElementType type, Shape shape);

  // The same tensor in memory of ours: itself, or a copy if it is on the heap or another worker's.
  Tensor shared(const Tensor& tensor);

  // Sends a run with its inputs (all of ours), attaching what that session does not know yet. Throws ModelError over the protocol's limits.
  void send_run(WorkerSession& session, std::uint64_t request, RunRequest run, std::span<const Tensor> inputs);

  // After a run that failed: whether the worker could map its inputs is not known. The next run that names them sends them again.
  void send_again(std::span<const Tensor> inputs);

  // Takes the outputs of an answer, whose buffers the session knows. Throws WireError.
  std::vector<Tensor> receive_outputs(WorkerSession& session, Message& message, const std::vector<TensorRef>& refs);

  // Numbers for `count` things, one after the other.
  std::uint64_t new_numbers(std::uint64_t count) { return next_number_.fetch_add(count); }

  // From now on this session is the one to know buffers.
  void attach(const std::shared_ptr<WorkerSession>& session);

 private:
  friend class WorkerBuffer;
  void forget(std::uint64_t number);
  void know(WorkerSession& session, std::uint64_t number) SAM_REQUIRES(mutex_);

  std::atomic<std::uint64_t> next_number_{1};
  Mutex mutex_;  // held while a run is sent: the message that carries a descriptor goes before those that only name it
  std::weak_ptr<WorkerSession> session_ SAM_GUARDED_BY(mutex_);
  std::unordered_set<std::uint64_t> known_ SAM_GUARDED_BY(mutex_);  // to session_
};

}  // namespace sam
