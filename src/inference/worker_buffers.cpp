#include "inference/worker_buffers.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <optional>

namespace sam {

class WorkerBuffer final : public Buffer {
 public:
  WorkerBuffer(SharedMemory memory, std::uint64_t number, std::weak_ptr<WorkerBuffers> owner)
      : memory_(std::move(memory)), number_(number), owner_(std::move(owner)) {}
  ~WorkerBuffer() override {
    if (const auto owner = owner_.lock()) owner->forget(number_);
  }
  WorkerBuffer(const WorkerBuffer&) = delete;
  WorkerBuffer& operator=(const WorkerBuffer&) = delete;

  std::byte* data() override { return memory_.data(); }
  std::size_t size_bytes() const override { return memory_.size_bytes(); }
  std::uint64_t number() const { return number_; }
  bool belongs_to(const WorkerBuffers& owner) const { return owner_.lock().get() == &owner; }

  // Under the owner's mutex only.
  SharedMemory& memory() { return memory_; }

 private:
  SharedMemory memory_;
  const std::uint64_t number_;
  const std::weak_ptr<WorkerBuffers> owner_;
};

Tensor WorkerBuffers::make(std::string name, ElementType type, Shape shape) {
  const std::optional<std::size_t> size = checked_size_bytes(type, shape);
  if (!size) throw std::bad_alloc();
  if (goes_inline(*size)) return make_heap_tensor(std::move(name), type, std::move(shape));
  auto buffer = std::make_shared<WorkerBuffer>(SharedMemory("tensor", *size), new_numbers(1), weak_from_this());
  return {std::move(name), type, std::move(shape), std::move(buffer)};
}

Tensor WorkerBuffers::shared(const Tensor& tensor) {
  if (goes_inline(tensor.size_bytes())) return tensor;
  const auto* ours = dynamic_cast<WorkerBuffer*>(tensor.buffer.get());
  if (ours != nullptr && ours->belongs_to(*this)) return tensor;
  Tensor copy = make(tensor.name, tensor.type, tensor.shape);
  if (tensor.size_bytes() > 0) std::memcpy(copy.buffer->data(), tensor.buffer->data(), tensor.size_bytes());
  return copy;
}

void WorkerBuffers::attach(const std::shared_ptr<WorkerSession>& session) {
  const MutexLock lock(mutex_);
  session_ = session;
  known_.clear();
}

void WorkerBuffers::know(WorkerSession& session, std::uint64_t number) {
  if (session_.lock().get() == &session) known_.insert(number);
}

void WorkerBuffers::send_run(WorkerSession& session, std::uint64_t request, RunRequest run,
                             std::span<const Tensor> inputs) {
  std::vector<SharedMemory> twins;  // for buffers whose descriptor an earlier worker took with it
  std::vector<int> descriptors;
  std::vector<WorkerBuffer*> attached;
  const MutexLock lock(mutex_);
  const bool current = session_.lock().get() == &session;
  for (const Tensor& input : inputs) {
    if (goes_inline(input.size_bytes())) {
      run.inputs.push_back(inline_ref(input));
      continue;
    }
    auto& buffer = static_cast<WorkerBuffer&>(*input.buffer);
    TensorRef ref{{input.name, input.type, input.shape}, buffer.number(), buffer.size_bytes(), false};
    const bool twice = std::find(attached.begin(), attached.end(), &buffer) != attached.end();
    ref.attached = !twice && !(current && known_.contains(buffer.number()));
    if (ref.attached) {
      attached.push_back(&buffer);
      if (buffer.memory().descriptor() < 0) {
        twins.emplace_back("tensor", buffer.size_bytes());
        if (buffer.size_bytes() > 0) std::memcpy(twins.back().data(), buffer.data(), buffer.size_bytes());
      }
      descriptors.push_back(buffer.memory().descriptor() < 0 ? twins.back().descriptor()
                                                             : buffer.memory().descriptor());
    }
    run.inputs.push_back(std::move(ref));
  }
  WireWriter message;
  write(message, MessageHead{MessageKind::run, request});
  write(message, run);
  try {
    session.send(request, message.bytes(), descriptors);
  } catch (const std::length_error& error) {
    throw ModelError(std::string("the run is too large for a worker process: ") + error.what());
  }
  for (WorkerBuffer* buffer : attached) {
    know(session, buffer->number());
    buffer->memory().close_descriptor();
  }
}

void WorkerBuffers::send_again(std::span<const Tensor> inputs) {
  for (const Tensor& input : inputs) {
    if (!goes_inline(input.size_bytes())) forget(static_cast<WorkerBuffer&>(*input.buffer).number());
  }
}

std::vector<Tensor> WorkerBuffers::receive_outputs(WorkerSession& session, Message& message,
                                                   const std::vector<TensorRef>& refs) {
  const auto shared = std::count_if(refs.begin(), refs.end(), [](const TensorRef& ref) { return !ref.bytes; });
  if (message.descriptors.size() != static_cast<std::size_t>(shared)) throw WireError("outputs without their memory");
  if (shared > 0) {
    const MutexLock lock(mutex_);
    for (const TensorRef& ref : refs) {
      if (!ref.bytes) know(session, ref.buffer);
    }
  }
  std::vector<Tensor> outputs;
  std::size_t next_descriptor = 0;
  try {
    for (const TensorRef& ref : refs) {
      if (ref.bytes) {
        outputs.push_back(inline_tensor(ref));
        continue;
      }
      SharedMemory memory = SharedMemory::open(std::move(message.descriptors[next_descriptor++]), ref.buffer_bytes);
      memory.close_descriptor();
      auto buffer = std::make_shared<WorkerBuffer>(std::move(memory), ref.buffer, weak_from_this());
      outputs.push_back({ref.info.name, ref.info.type, ref.info.shape, std::move(buffer)});
    }
  } catch (const std::exception& error) {
    for (std::size_t i = outputs.size(); i < refs.size(); ++i) forget(refs[i].buffer);
    if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) throw;
    throw WireError(error.what());
  }
  return outputs;
}

void WorkerBuffers::forget(std::uint64_t number) {
  std::shared_ptr<WorkerSession> session;  // let go after the lock: it may be the last holder
  const MutexLock lock(mutex_);
  session = session_.lock();
  if (known_.erase(number) == 0 || !session) return;
  session->post(number_message({MessageKind::forget, 0}, number));
}

}  // namespace sam
