// One life of a worker process, seen from the user's side: starts it, carries requests and answers, notices its end.
// Threading: safe from any thread. A thread of its own starts the process, receives, and reaps; it lives as long as the process, since
// the kernel kills a worker when the thread that started it ends.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "platform/message_socket.h"
#include "platform/mutex.h"
#include "platform/process.h"

namespace sam {

// The process ended before it answered.
struct WorkerDied {
  ProcessEnd end;
  std::string start_error;     // not empty: it could not be started at all
  bool out_of_memory = false;  // of this process, which therefore could not start it
  bool asked = false;          // by WorkerSession::end()
  std::string text() const;    // "killed by signal 9"
};

class WorkerSession {
 public:
  explicit WorkerSession(const std::filesystem::path& program);
  ~WorkerSession();  // kills the process and waits for its end

  // Sends a request and waits for its answer; when stop is asked for, tells the worker and goes on waiting. Throws WorkerDied.
  Message call(std::uint64_t request, std::span<const std::byte> bytes, const std::stop_token& stop);

  // The two halves of call(), so that the order of sending can be held against other messages.
  void send(std::uint64_t request, std::span<const std::byte> bytes, std::span<const int> descriptors);
  Message wait(std::uint64_t request, const std::stop_token& stop);

  // A message without an answer, never waited for; kept for later if the worker is slow to read, dropped if it is gone. Where there is no
  // memory to keep it the worker ends, and what the message would have given back with it.
  void post(std::span<const std::byte> bytes) noexcept;

  // Kills the process and returns when it has gone.
  void end();

  bool alive() const;  // false from the moment that its end is noticed
  bool died() const;   // it ended, and nobody asked it to
  int pid() const;     // -1 before it has started and after its end

 private:
  void live(const std::filesystem::path& program, UniqueDescriptor child_end);
  void receive_all();
  void stop_waiting(std::uint64_t request);
  bool flush() SAM_REQUIRES(mutex_);

  UniqueDescriptor socket_;
  mutable Mutex mutex_;
  Condition changed_;
  int pid_ SAM_GUARDED_BY(mutex_) = -1;
  bool usable_ SAM_GUARDED_BY(mutex_) = true;  // its socket is open
  bool alive_ SAM_GUARDED_BY(mutex_) = true;   // it has not been reaped
  bool asked_ SAM_GUARDED_BY(mutex_) = false;
  WorkerDied death_ SAM_GUARDED_BY(mutex_);
  std::map<std::uint64_t, std::optional<Message>> waiting_
      SAM_GUARDED_BY(mutex_);                                          // by request; the answer once it is there
  std::vector<std::vector<std::byte>> unsent_ SAM_GUARDED_BY(mutex_);  // posted while the socket was full
  std::jthread thread_;
};

}  // namespace sam
