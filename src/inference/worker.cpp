#include "inference/worker.h"

#include <signal.h>
#include <spdlog/spdlog.h>

#include <type_traits>

#include "inference/tensor_check.h"
#include "inference/turn.h"
#include "inference/worker_buffers.h"
#include "inference/worker_protocol.h"
#include "inference/worker_session.h"
#include "platform/process_memory.h"

namespace sam {
namespace {

// An operation is tried on this many workers; a second crash in a row is the operation's own doing.
constexpr int kMaxAttempts = 2;

class WorkerProcess final : public Worker, public std::enable_shared_from_this<WorkerProcess> {
 public:
  explicit WorkerProcess(std::filesystem::path program) : program_(std::move(program)) {}

  std::unique_ptr<Model> load(const ModelOptions& options) override;

  int pid() const override {
    const MutexLock lock(mutex_);
    return session_ ? session_->pid() : -1;
  }

  int restarts() const override {
    const MutexLock lock(mutex_);
    const bool lost = session_ && !session_->alive();  // the next call starts another one
    return restarts_ + (lost ? 1 : 0);
  }

  int deaths() const override {
    const MutexLock lock(mutex_);
    return deaths_ + (session_ && session_->died() ? 1 : 0);
  }

  void set_limit(std::uint64_t limit_bytes) override {
    const MutexLock lock(mutex_);
    limit_bytes_ = limit_bytes;
    if (session_) send_limit();
  }

  void restart() override {
    std::shared_ptr<WorkerSession> old;
    {
      const MutexLock lock(mutex_);
      old = session_;
    }
    if (old) old->end();  // the next session() takes its place
  }

  // The running process, started if there is none.
  std::shared_ptr<WorkerSession> session() {
    std::shared_ptr<WorkerSession> old;  // ends after the lock is given back
    const MutexLock lock(mutex_);
    if (session_ && session_->alive()) return session_;
    old = std::move(session_);
    if (old) ++restarts_;
    if (old && old->died()) ++deaths_;
    session_ = std::make_shared<WorkerSession>(program_);
    buffers_->attach(session_);
    if (limit_bytes_ > 0) send_limit();  // before any load
    return session_;
  }

  WorkerBuffers& buffers() { return *buffers_; }

 private:
  void send_limit() SAM_REQUIRES(mutex_) { session_->post(number_message({MessageKind::limit, 0}, limit_bytes_)); }

  const std::filesystem::path program_;
  const std::shared_ptr<WorkerBuffers> buffers_ = std::make_shared<WorkerBuffers>();
  mutable Mutex mutex_;
  std::shared_ptr<WorkerSession> session_ SAM_GUARDED_BY(mutex_);
  std::uint64_t limit_bytes_ SAM_GUARDED_BY(mutex_) = 0;
  int restarts_ SAM_GUARDED_BY(mutex_) = 0;
  int deaths_ SAM_GUARDED_BY(mutex_) = 0;
};

// The kernel's way of saying that memory ran out, and the engine's way of taking it.
bool ran_out(const WorkerDied& death) {
  if (death.out_of_memory) return true;
  return death.end.signalled ? death.end.number == SIGKILL : death.end.number == kCrashedAfterRefusal;
}

[[noreturn]] void throw_death(const WorkerDied& death, const std::string& doing) {
  if (death.out_of_memory) throw OutOfMemory("the worker process " + death.text());
  if (!death.start_error.empty()) throw ModelError("the worker process cannot be started: " + death.start_error);
  if (ran_out(death) && !death.end.signalled) {
    throw OutOfMemory("the worker process crashed after memory was refused to it, while " + doing);
  }
  if (ran_out(death)) {
    throw WorkerKilled("the worker process was killed (signal 9), perhaps by the kernel for lack of memory, while " +
                       doing);
  }
  throw ModelError("the worker process died twice (" + death.text() + "): " + doing);
}

class WorkerModel final : public Model {
 public:
  WorkerModel(std::shared_ptr<WorkerProcess> worker, ModelOptions options)
      : worker_(std::move(worker)), number_(worker_->buffers().new_numbers(1)), options_(std::move(options)) {
    attempt("loading " + options_.file.string(), {}, [this](const std::shared_ptr<WorkerSession>& session) {
      description_ = load_in(session);
      return true;
    });
  }

  ~WorkerModel() override {
    if (const auto session = loaded_in_.lock()) unload_in(*session);
  }

  const ModelDescription& description() const override { return description_; }

  Tensor make_tensor(std::string name, ElementType type, Shape shape) override {
    const auto make = [this](std::string as, ElementType of, Shape with) {
      return worker_->buffers().make(std::move(as), of, std::move(with));
    };
    return make_or_refuse(make, std::move(name), type, std::move(shape));
  }

  std::vector<Tensor> run(std::span<const Tensor> inputs, std::span<const std::string> outputs,
                          std::stop_token stop) override {
    check_inputs(description_, inputs);
    const std::vector<std::size_t> wanted = output_indices(description_, outputs);
    const TurnQueue::Turn turn = turns_.take(stop);
    try {
      std::vector<Tensor> shared;
      for (const Tensor& input : inputs) shared.push_back(worker_->buffers().shared(input));
      return attempt("running " + options_.file.string(), stop, [&](const std::shared_ptr<WorkerSession>& session) {
        if (loaded_in_.lock() != session) reload_in(session, stop);
        return run_in(*session, shared, wanted, stop);
      });
    } catch (const std::bad_alloc&) {
      throw TensorsOutOfMemory("out of memory for the tensors of " + options_.file.string());
    }
  }

  std::uint64_t bytes_held() const override {
    const int pid = worker_->pid();
    const MutexLock lock(report_mutex_);
    return pid > 0 && pid == report_pid_ ? report_.held_bytes : 0;  // a new process has not loaded it yet
  }

  ModelUse last_use() const override {
    const MutexLock lock(report_mutex_);
    return report_.use;
  }

  void release_memory() override {
    const TurnQueue::Turn turn = turns_.take();
    const auto session = loaded_in_.lock();
    if (!session || !session->alive()) return;  // there is nothing to give back
    const std::uint64_t request = worker_->buffers().new_numbers(1);
    WireWriter message;
    write(message, MessageHead{MessageKind::release, request});
    message.u64(number_);
    try {
      WireReader in({});
      const Message answer = checked(*session, session->call(request, message.bytes(), {}), MessageKind::done, in);
    } catch (const WorkerDied&) {            // that gave back everything
    } catch (const std::exception& error) {  // the next run loads the model again
      spdlog::warn("giving back memory of {} failed: {}", options_.file.string(), error.what());
    }
  }

 private:
  // Does the work on the running worker; if that crashes meanwhile, once more on a new one. An end that we asked for does not count.
  template <typename Work>
  std::invoke_result_t<Work, const std::shared_ptr<WorkerSession>&> attempt(const std::string& doing,
                                                                            const std::stop_token& stop,
                                                                            const Work& work) {
    int crashes = 0;
    for (;;) {
      const std::shared_ptr<WorkerSession> session = worker_->session();
      try {
        return work(session);
      } catch (const WorkerDied& death) {
        if (stop.stop_requested()) throw Stopped();
        if (death.asked) continue;
        if (++crashes == kMaxAttempts || !death.start_error.empty() || ran_out(death)) throw_death(death, doing);
        spdlog::warn("the worker process was lost ({}) while {}; trying once more on a new one", death.text(), doing);
      } catch (const WireError& error) {
        throw ModelError("the worker process answered what makes no sense while " + doing + ": " + error.what());
      }
    }
  }

  // Takes the report out of an answer, and throws the failure that it is.
  Message checked(const WorkerSession& session, Message message, MessageKind want, WireReader& in) {
    in = WireReader(message.bytes);
    const MessageHead head = read_head(in);
    const OperationReport report = read_report(in);
    {
      const int pid = session.pid();
      const MutexLock lock(report_mutex_);
      report_ = report;
      report_pid_ = pid;
    }
    if (head.kind == MessageKind::failure) throw_failure(in);
    if (head.kind != want) throw WireError("an answer of another kind");
    return message;
  }

  ModelDescription load_in(const std::shared_ptr<WorkerSession>& session, const std::stop_token& stop = {}) {
    const std::uint64_t request = worker_->buffers().new_numbers(1);
    WireWriter message;
    write(message, MessageHead{MessageKind::load, request});
    write(message, LoadRequest{number_, options_});
    try {
      WireReader in({});
      const Message answer =
          checked(*session, session->call(request, message.bytes(), stop), MessageKind::description, in);
      ModelDescription description = read_description(in);
      loaded_in_ = session;
      return description;
    } catch (...) {
      unload_in(*session);
      throw;
    }
  }

  void unload_in(WorkerSession& session) { session.post(number_message({MessageKind::unload, 0}, number_)); }

  void reload_in(const std::shared_ptr<WorkerSession>& session, const std::stop_token& stop) {
    if (load_in(session, stop).hash == description_.hash) return;
    unload_in(*session);
    loaded_in_.reset();
    throw ModelError("model " + options_.file.string() +
                     " has changed since it was loaded: start again to use the new one");
  }

  std::vector<Tensor> run_in(WorkerSession& session, std::span<const Tensor> inputs,
                             const std::vector<std::size_t>& wanted, const std::stop_token& stop) {
    const std::uint64_t request = worker_->buffers().new_numbers(1);
    RunRequest run;
    run.model = number_;
    run.first_output_buffer = worker_->buffers().new_numbers(wanted.size());
    for (const std::size_t index : wanted) run.outputs.push_back(description_.outputs[index].name);
    const std::uint64_t first = run.first_output_buffer;
    worker_->buffers().send_run(session, request, std::move(run), inputs);
    WireReader in({});
    Message answer;
    try {
      answer = checked(session, session.wait(request, stop), MessageKind::outputs, in);
    } catch (const Stopped&) {
      throw;
    } catch (...) {
      worker_->buffers().send_again(inputs);
      throw;
    }
    const std::vector<TensorRef> refs = read_tensor_refs(in);
    if (refs.size() != wanted.size()) throw WireError("another number of outputs");
    for (std::size_t i = 0; i < refs.size(); ++i) {
      const TensorInfo& want = description_.outputs[wanted[i]];
      const TensorInfo& have = refs[i].info;
      if (have.name != want.name || have.type != want.type || refs[i].buffer != first + i)
        throw WireError("another output");
    }
    return worker_->buffers().receive_outputs(session, answer, refs);
  }

  const std::shared_ptr<WorkerProcess> worker_;
  const std::uint64_t number_;
  const ModelOptions options_;
  ModelDescription description_;
  TurnQueue turns_;
  std::weak_ptr<WorkerSession> loaded_in_;  // used by whoever has the turn
  mutable Mutex report_mutex_;
  OperationReport report_ SAM_GUARDED_BY(report_mutex_);  // the last
  int report_pid_ SAM_GUARDED_BY(report_mutex_) = -1;     // of the process that sent it
};

std::unique_ptr<Model> WorkerProcess::load(const ModelOptions& options) {
  ModelOptions absolute = options;
  absolute.file = std::filesystem::absolute(options.file);
  if (!options.compiled_folder.empty()) absolute.compiled_folder = std::filesystem::absolute(options.compiled_folder);
  return std::make_unique<WorkerModel>(shared_from_this(), std::move(absolute));
}

}  // namespace

std::shared_ptr<Worker> make_worker(const std::filesystem::path& program) {
  return std::make_shared<WorkerProcess>(program);
}

}  // namespace sam
