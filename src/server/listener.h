// Listens on 127.0.0.1 and serves each connection in a thread of its own; threads are made when needed and kept.
// Threading: start and stop from one thread. Ownership: the handler must outlive the listener.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "platform/mutex.h"
#include "server/connection.h"

namespace sam {

// The port cannot be had. For the user; says which flag to give.
class ListenError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct ListenerOptions {
  int port = 8008;          // 0: any free one
  int timeout_ms = 10'000;  // for the next bytes of a request or an answer
  // Connections served at once, idle ones and event streams included; others wait in the system's queue.
  std::size_t max_threads = 64;
  // Throws std::system_error where the system has no thread left.
  std::function<std::thread(std::function<void()>)> start_thread = [](std::function<void()> work) {
    return std::thread(std::move(work));
  };
};

class Listener {
 public:
  Listener(const ListenerOptions& options, const HttpHandler& handler);
  ~Listener();

  // Throws ListenError.
  void start();
  int port() const { return port_; }
  // Requests in progress are asked to stop; returns when all threads ended.
  void stop();

 private:
  void bind_socket();
  void accept_loop();
  void take(int socket);
  void work_loop();
  void serve(int socket);
  bool crowded();

  const ListenerOptions options_;
  const HttpHandler& handler_;
  int port_ = 0;
  int socket_ = -1;
  int stop_event_ = -1;  // eventfd, readable from stop() on
  DisconnectWatch watch_;
  std::thread acceptor_;
  Mutex mutex_;
  Condition changed_;
  bool stopping_ SAM_GUARDED_BY(mutex_) = false;
  std::size_t idle_threads_ SAM_GUARDED_BY(mutex_) = 0;
  std::deque<int> waiting_ SAM_GUARDED_BY(mutex_);  // accepted, no thread yet
  std::vector<std::thread> threads_ SAM_GUARDED_BY(mutex_);
};

}  // namespace sam
