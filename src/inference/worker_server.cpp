#include <signal.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <list>
#include <map>
#include <stop_token>
#include <unordered_map>

#include "inference/engines.h"
#include "inference/model_lane.h"
#include "inference/use_meter.h"
#include "inference/worker.h"
#include "inference/worker_protocol.h"
#include "platform/message_socket.h"
#include "platform/mutex.h"
#include "platform/process.h"
#include "platform/shared_memory.h"

namespace sam {
namespace {

class MappedBuffer final : public Buffer {
 public:
  explicit MappedBuffer(SharedMemory memory) : memory_(std::move(memory)) {}
  std::byte* data() override { return memory_.data(); }
  std::size_t size_bytes() const override { return memory_.size_bytes(); }
  SharedMemory& memory() { return memory_; }

 private:
  SharedMemory memory_;
};

Tensor make_shared_tensor(std::string name, ElementType type, Shape shape) {
  const auto size = checked_size_bytes(type, shape);
  if (!size) throw std::bad_alloc();
  if (goes_inline(*size)) return make_heap_tensor(std::move(name), type, std::move(shape));
  auto buffer = std::make_shared<MappedBuffer>(SharedMemory("tensor", *size));
  return {std::move(name), type, std::move(shape), std::move(buffer)};
}

struct Answer {
  MessageKind kind = MessageKind::done;
  WireWriter body;
  std::vector<std::shared_ptr<MappedBuffer>> buffers;  // whose descriptors go with it
};

// Reads requests on one thread and gives them to the lanes; they answer.
class WorkerServer {
 public:
  explicit WorkerServer(int socket) : socket_(socket) {}

  int serve() {
    while (std::optional<Message> message = receive_message(socket_)) {
      WireReader in(message->bytes);
      const MessageHead head = read_head(in);
      try {
        handle(head, in, *message);
      } catch (const std::exception& error) {
        send(head.request, failure(error), {});
      }
      std::erase_if(ending_, [](const auto& lane) { return lane->finished(); });
    }
    stop_all();
    return 0;
  }

 private:
  void handle(const MessageHead& head, WireReader& in, Message& message) {
    switch (head.kind) {
      case MessageKind::load:
        return load(head.request, read_load_request(in));
      case MessageKind::unload:
        return unload(in.u64());
      case MessageKind::run:
        return run(head.request, read_run_request(in), message);
      case MessageKind::cancel:
        return cancel(head.request);
      case MessageKind::release:
        return release(head.request, in.u64());
      case MessageKind::forget:
        return forget(in.u64());
      case MessageKind::limit:
        return set_heap_limit(in.u64());
      default:
        throw WireError("a worker was sent an answer");
    }
  }

  void load(std::uint64_t request, LoadRequest load) {
    auto& lane = lanes_[load.model];
    if (!lane) lane = std::make_unique<ModelLane>();
    add(*lane, load.model, request, [options = std::move(load.options)](auto& model, const std::stop_token&) {
      model = load_model(options, make_shared_tensor);
      Answer answer{MessageKind::description, {}, {}};
      write(answer.body, model->description());
      return answer;
    });
  }

  void unload(std::uint64_t number) {
    const auto lane = lanes_.find(number);
    if (lane == lanes_.end()) return;
    lane->second->add([this, number](std::unique_ptr<Model>& model) {
      model.reset();
      meter_.forget(number);
    });
    lane->second->finish();
    ending_.push_back(std::move(lane->second));
    lanes_.erase(lane);
  }

  void run(std::uint64_t request, RunRequest run, Message& message) {
    std::vector<Tensor> inputs;
    std::size_t next_descriptor = 0;
    for (TensorRef& ref : run.inputs) {
      if (ref.bytes) {
        inputs.push_back(inline_tensor(ref));
        continue;
      }
      if (ref.attached && next_descriptor >= message.descriptors.size()) throw WireError("a buffer without its memory");
      std::shared_ptr<MappedBuffer> buffer;
      if (ref.attached) {
        buffer = map(std::move(message.descriptors[next_descriptor++]), ref.buffer_bytes);
      }
      buffer = known(ref.buffer, std::move(buffer));
      inputs.push_back({std::move(ref.info.name), ref.info.type, std::move(ref.info.shape), std::move(buffer)});
    }
    const std::uint64_t number = run.model;
    add(lane(number), number, request,
        [this, run = std::move(run), inputs = std::move(inputs)](auto& model, const std::stop_token& stop) {
          if (!model) throw WireError("that model is not loaded");
          return answer_run(run.first_output_buffer, model->run(inputs, run.outputs, stop));
        });
  }

  static std::shared_ptr<MappedBuffer> map(UniqueDescriptor descriptor, std::uint64_t size_bytes) {
    auto buffer = std::make_shared<MappedBuffer>(SharedMemory::open(std::move(descriptor), size_bytes));
    buffer->memory().close_descriptor();
    return buffer;
  }

  Answer answer_run(std::uint64_t first_buffer, std::span<const Tensor> outputs) {
    Answer answer{MessageKind::outputs, {}, {}};
    std::vector<TensorRef> refs;
    for (const Tensor& output : outputs) {
      const std::uint64_t number = first_buffer + refs.size();
      if (goes_inline(output.size_bytes())) {
        refs.push_back(inline_ref(output));
        refs.back().buffer = number;
        continue;
      }
      answer.buffers.push_back(std::static_pointer_cast<MappedBuffer>(output.buffer));
      refs.push_back({{output.name, output.type, output.shape}, number, output.buffer->size_bytes(), true});
      known(number, answer.buffers.back());  // before the answer: a request that names it may follow at once
    }
    write(answer.body, refs);
    return answer;
  }

  void release(std::uint64_t request, std::uint64_t number) {
    add(lane(number), number, request, [](auto& model, const std::stop_token&) {
      if (model) model->release_memory();
      return Answer{MessageKind::done, {}, {}};
    });
  }

  void cancel(std::uint64_t request) {
    std::stop_source stop(std::nostopstate);
    {
      const MutexLock lock(mutex_);
      const auto found = stops_.find(request);
      if (found == stops_.end()) return;  // answered already
      stop = found->second;
    }
    stop.request_stop();
  }

  void forget(std::uint64_t number) {
    const MutexLock lock(mutex_);
    buffers_.erase(number);
  }

  // Adds what must never throw out of a lane: every failure becomes an answer. work returns an Answer.
  template <typename Work>
  void add(ModelLane& lane, std::uint64_t number, std::uint64_t request, Work work) {
    std::stop_source stop;
    {
      const MutexLock lock(mutex_);
      stops_.emplace(request, stop);
    }
    lane.add([this, number, request, stop, work = std::move(work)](std::unique_ptr<Model>& model) {
      const UseMeter::Operation operation = meter_.begin();
      Answer answer;
      try {
        answer = work(model, stop.get_token());
      } catch (const std::exception& error) {
        answer = failure(error);
      }
      OperationReport report{meter_.end(number, operation), meter_.held_bytes(number)};
      if (model) report.use.device = model->last_use().device;
      try {
        send(request, answer, report);
      } catch (const std::exception& error) {
        send(request, failure(error), report);
      }
      const MutexLock lock(mutex_);
      stops_.erase(request);
    });
  }

  ModelLane& lane(std::uint64_t number) {
    const auto found = lanes_.find(number);
    if (found == lanes_.end()) throw WireError("no such model in this worker");
    return *found->second;
  }

  // Keeps a buffer under its number, or finds it.
  std::shared_ptr<MappedBuffer> known(std::uint64_t number, std::shared_ptr<MappedBuffer> buffer) {
    const MutexLock lock(mutex_);
    if (buffer) return buffers_[number] = std::move(buffer);
    const auto found = buffers_.find(number);
    if (found == buffers_.end()) throw WireError("no such buffer in this worker");
    return found->second;
  }

  static Answer failure(const std::exception& error) {
    Failure failure;
    failure.what = error.what();
    if (dynamic_cast<const Stopped*>(&error) != nullptr) failure.kind = Failure::Kind::stopped;
    if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) failure.kind = Failure::Kind::out_of_memory;
    if (const auto* memory = dynamic_cast<const OutOfMemory*>(&error)) {
      failure.kind = Failure::Kind::out_of_memory;
      failure.requested_bytes = memory->requested_bytes();
      failure.domain = memory->domain();
    }
    Answer answer{MessageKind::failure, {}, {}};
    write(answer.body, failure);
    return answer;
  }

  void send(std::uint64_t request, const Answer& answer, const OperationReport& report) {
    WireWriter message;
    write(message, MessageHead{answer.kind, request});
    write(message, report);
    message.append(answer.body);
    std::vector<int> descriptors;
    for (const auto& buffer : answer.buffers) descriptors.push_back(buffer->memory().descriptor());
    send_message(socket_, message.bytes(), descriptors);
    for (const auto& buffer : answer.buffers) buffer->memory().close_descriptor();
  }

  void stop_all() {
    std::vector<std::stop_source> stops;
    {
      const MutexLock lock(mutex_);
      for (const auto& [request, stop] : stops_) stops.push_back(stop);
    }
    for (std::stop_source& stop : stops) stop.request_stop();
  }

  const int socket_;
  UseMeter meter_;
  Mutex mutex_;
  std::unordered_map<std::uint64_t, std::shared_ptr<MappedBuffer>> buffers_ SAM_GUARDED_BY(mutex_);
  std::unordered_map<std::uint64_t, std::stop_source> stops_ SAM_GUARDED_BY(mutex_);  // of requests not answered yet
  std::map<std::uint64_t, std::unique_ptr<ModelLane>> lanes_;  // last: they use the rest until they end
  std::list<std::unique_ptr<ModelLane>> ending_;
};

void end_after_refusal(int signal) {
  if (heap_refusals().count > 0) ::_exit(kCrashedAfterRefusal);
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}

}  // namespace

int run_worker(int control_socket) {
  count_heap();
  if (heap_is_counted()) {
    exempt_thread_from_heap_limit();  // it only carries messages: a refused one would end the worker
    for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGABRT}) ::signal(signal, end_after_refusal);
  }
  become_expendable("sam-worker");
  try {
    return WorkerServer(control_socket).serve();
  } catch (const std::exception& error) {
    spdlog::error("worker: {}", error.what());
    return 1;
  }
}

}  // namespace sam
