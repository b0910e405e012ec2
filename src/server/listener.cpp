#include "server/listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace sam {
namespace {

std::string port_in_use(int port) {
  return "port " + std::to_string(port) +
         " of 127.0.0.1 is in use, perhaps by another SAM Annotator; give a free one with --port " +
         std::to_string(port < 65535 ? port + 1 : port - 1);
}

}  // namespace

Listener::Listener(const ListenerOptions& options, const HttpHandler& handler) : options_(options), handler_(handler) {}

Listener::~Listener() {
  stop();
}

void Listener::start() {
  bind_socket();
  stop_event_ = ::eventfd(0, EFD_CLOEXEC);
  acceptor_ = std::thread([this] { accept_loop(); });
}

void Listener::bind_socket() {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket_ < 0) throw ListenError(std::string("cannot make a socket: ") + std::strerror(errno));
  const int on = 1;  // not SO_REUSEPORT: two programs would share the port unseen
  ::setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(options_.port));
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  if (::bind(socket_, generic, sizeof address) != 0 || ::listen(socket_, 128) != 0) {
    const int error = errno;
    ::close(socket_);
    socket_ = -1;
    if (error == EADDRINUSE) throw ListenError(port_in_use(options_.port));
    throw ListenError("cannot listen on 127.0.0.1:" + std::to_string(options_.port) + ": " + std::strerror(error) +
                      "; give another port with --port");
  }
  socklen_t length = sizeof address;
  ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &length);
  port_ = ntohs(address.sin_port);
}

void Listener::stop() {
  if (!acceptor_.joinable()) return;
  const std::uint64_t one = 1;
  if (::write(stop_event_, &one, sizeof one) != sizeof one) spdlog::error("cannot wake the listener's threads");
  watch_.stop_all();
  std::vector<std::thread> threads;
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  acceptor_.join();
  {
    MutexLock lock(mutex_);
    threads.swap(threads_);
    for (const int socket : waiting_) ::close(socket);
    waiting_.clear();
  }
  for (std::thread& thread : threads) thread.join();
  ::close(socket_);
  ::close(stop_event_);
}

void Listener::accept_loop() {
  while (true) {
    pollfd entries[2] = {{socket_, POLLIN, 0}, {stop_event_, POLLIN, 0}};
    ::poll(entries, 2, -1);
    if (entries[1].revents != 0) return;
    const int socket = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket >= 0) {
      try {
        take(socket);
      } catch (const std::exception& error) {
        spdlog::warn("cannot take a connection: {}", error.what());
        ::close(socket);
      }
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
      spdlog::warn("cannot take a connection: {}", std::strerror(errno));
      ::poll(&entries[1], 1, 100);
    }
  }
}

void Listener::take(int socket) {
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  MutexLock lock(mutex_);
  waiting_.push_back(socket);
  if (waiting_.size() > idle_threads_ && threads_.size() < options_.max_threads) {
    try {
      threads_.push_back(options_.start_thread([this] { work_loop(); }));
    } catch (const std::exception& error) {  // those there are take it in turn
      if (threads_.empty()) {
        waiting_.pop_back();
        throw;
      }
      spdlog::warn("{} threads serve connections; no more can be had: {}", threads_.size(), error.what());
    }
  }
  changed_.notify_one();
  // What no thread can take stays in the system's queue.
  while (waiting_.size() > options_.max_threads && !stopping_) changed_.wait(mutex_);
}

void Listener::work_loop() {
  while (true) {
    int socket = -1;
    {
      MutexLock lock(mutex_);
      ++idle_threads_;
      while (waiting_.empty() && !stopping_) changed_.wait(mutex_);
      --idle_threads_;
      if (stopping_) return;
      socket = waiting_.front();
      waiting_.pop_front();
      changed_.notify_all();
    }
    serve(socket);
  }
}

void Listener::serve(int socket) {
  SocketStream stream(socket, stop_event_, options_.timeout_ms);
  ConnectionOptions options;
  options.crowded = [this] { return crowded(); };
  try {
    serve_connection(stream, handler_, watch_, options);
  } catch (const std::exception& error) {
    spdlog::error("a connection ended: {}", error.what());
  }
}

bool Listener::crowded() {
  MutexLock lock(mutex_);
  return !waiting_.empty();
}

}  // namespace sam
