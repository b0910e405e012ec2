#include "inference/worker_session.h"

#include <signal.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <array>
#include <system_error>

#include "inference/worker_protocol.h"

namespace sam {

std::string WorkerDied::text() const {
  if (out_of_memory) return "could not be started for lack of memory";
  if (!start_error.empty()) return start_error;
  return (end.signalled ? "killed by signal " : "ended with status ") + std::to_string(end.number);
}

WorkerSession::WorkerSession(const std::filesystem::path& program) {
  auto [ours, theirs] = make_socket_pair();
  socket_ = std::move(ours);
  thread_ =
      std::jthread([this, program, child_end = std::move(theirs)]() mutable { live(program, std::move(child_end)); });
}

WorkerSession::~WorkerSession() {
  ::shutdown(socket_.get(), SHUT_RDWR);  // ends receive_all(), which kills
  thread_.join();
}

void WorkerSession::live(const std::filesystem::path& program, UniqueDescriptor child_end) {
  WorkerDied death;
  try {
    const std::array<std::string, 3> arguments{"worker", "--socket", std::to_string(kChildDescriptor)};
    const int pid = start_process(program, arguments, child_end.get());
    child_end.reset();  // or its end would not be noticed
    {
      const MutexLock lock(mutex_);
      pid_ = pid;
    }
    changed_.notify_all();
    receive_all();
    {
      const MutexLock lock(mutex_);
      pid_ = -1;  // before it is reaped: the number may then name another process
      usable_ = false;
    }
    ::kill(pid, SIGKILL);  // it may only have closed its socket; a dead one's end stays what it was
    death.end = wait_for_process(pid);
  } catch (const std::bad_alloc&) {
    death.out_of_memory = true;
  } catch (const std::system_error& error) {
    death.start_error = error.what();
  }
  ::shutdown(socket_.get(), SHUT_RDWR);
  const MutexLock lock(mutex_);
  usable_ = alive_ = false;
  death.asked = asked_;
  death_ = death;
  changed_.notify_all();
}

void WorkerSession::receive_all() {
  try {
    while (std::optional<Message> message = receive_message(socket_.get())) {
      WireReader in(message->bytes);
      const MessageHead head = read_head(in);
      {
        const MutexLock lock(mutex_);
        const auto waiting = waiting_.find(head.request);
        if (waiting == waiting_.end()) continue;
        waiting->second = std::move(*message);
      }
      changed_.notify_all();  // who wakes finds the lock free: one switch of threads less
    }
  } catch (const std::exception& error) {
    spdlog::error("the worker process sent what makes no sense ({}); ending it", error.what());
  }
}

Message WorkerSession::call(std::uint64_t request, std::span<const std::byte> bytes, const std::stop_token& stop) {
  send(request, bytes, {});
  return wait(request, stop);
}

void WorkerSession::send(std::uint64_t request, std::span<const std::byte> bytes, std::span<const int> descriptors) {
  {
    const MutexLock lock(mutex_);
    waiting_.emplace(request, std::nullopt);
    flush();
  }
  try {
    send_message(socket_.get(), bytes, descriptors);  // closed: wait() will tell
  } catch (...) {
    const MutexLock lock(mutex_);
    waiting_.erase(request);
    throw;
  }
}

Message WorkerSession::wait(std::uint64_t request, const std::stop_token& stop) {
  struct Waiting {
    ~Waiting() { session.stop_waiting(request); }
    WorkerSession& session;
    const std::uint64_t request;
  } const waiting{*this, request};
  WireWriter cancel;  // before somebody asks to stop, which cannot fail
  write(cancel, MessageHead{MessageKind::cancel, request});
  const std::stop_callback on_stop(stop, [this, &cancel] { send_message(socket_.get(), cancel.bytes(), {}); });
  const MutexLock lock(mutex_);
  std::optional<Message>& answer = waiting_.at(request);
  while (!answer && alive_) changed_.wait(mutex_);
  if (!answer) throw WorkerDied(death_);
  return std::move(*answer);
}

void WorkerSession::stop_waiting(std::uint64_t request) {
  const MutexLock lock(mutex_);
  waiting_.erase(request);
}

void WorkerSession::post(std::span<const std::byte> bytes) noexcept {
  const MutexLock lock(mutex_);
  if (!alive_) return;
  try {
    if (!flush() || send_message(socket_.get(), bytes, {}, false) == SendResult::would_block) {
      unsent_.emplace_back(bytes.begin(), bytes.end());
    }
  } catch (const std::exception&) {
    ::shutdown(socket_.get(), SHUT_RDWR);  // ends receive_all(), which kills
  }
}

bool WorkerSession::flush() {
  std::size_t sent = 0;
  while (sent < unsent_.size() && send_message(socket_.get(), unsent_[sent], {}, false) != SendResult::would_block)
    ++sent;
  unsent_.erase(unsent_.begin(), unsent_.begin() + static_cast<std::ptrdiff_t>(sent));
  return unsent_.empty();
}

void WorkerSession::end() {
  {
    const MutexLock lock(mutex_);
    asked_ = true;
  }
  ::shutdown(socket_.get(), SHUT_RDWR);  // ends receive_all(), which kills
  const MutexLock lock(mutex_);
  while (alive_) changed_.wait(mutex_);
}

bool WorkerSession::alive() const {
  const MutexLock lock(mutex_);
  return usable_;
}

bool WorkerSession::died() const {
  const MutexLock lock(mutex_);
  return !usable_ && !asked_;
}

int WorkerSession::pid() const {
  const MutexLock lock(mutex_);
  return pid_;
}

}  // namespace sam
