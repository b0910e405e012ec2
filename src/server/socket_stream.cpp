#include "server/socket_stream.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>

namespace sam {

SocketStream::SocketStream(int socket, int stop_event, int timeout_ms)
    : socket_(socket), stop_event_(stop_event), timeout_ms_(timeout_ms) {}

SocketStream::~SocketStream() {
  ::close(socket_);
}

bool SocketStream::wait_readable(int timeout_ms) {
  if (begin_ < end_) return true;
  pollfd entries[2] = {{socket_, POLLIN, 0}, {stop_event_, POLLIN, 0}};
  int ready = 0;
  do {
    ready = ::poll(entries, 2, timeout_ms);
  } while (ready < 0 && errno == EINTR);
  return ready > 0 && entries[0].revents != 0 && entries[1].revents == 0;
}

bool SocketStream::wait_writable() {
  constexpr int last_words_ms = 300;  // once the server stops, for what is being written
  pollfd entries[2] = {{socket_, POLLOUT, 0}, {stop_event_, POLLIN, 0}};
  int ready = 0;
  do {
    ready = ::poll(entries, 2, timeout_ms_);
  } while (ready < 0 && errno == EINTR);
  if (entries[0].revents == 0 && entries[1].revents != 0) ready = ::poll(entries, 1, last_words_ms);
  return ready > 0 && (entries[0].revents & POLLOUT) != 0 && (entries[0].revents & (POLLERR | POLLHUP)) == 0;
}

ssize_t SocketStream::read(std::span<char> bytes) {
  if (begin_ == end_) {
    if (!wait_readable(timeout_ms_)) return -1;
    const ssize_t count = ::recv(socket_, buffer_.data(), buffer_.size(), 0);
    if (count <= 0) return count;
    begin_ = 0;
    end_ = static_cast<std::size_t>(count);
  }
  const std::size_t count = std::min(bytes.size(), end_ - begin_);
  std::memcpy(bytes.data(), buffer_.data() + begin_, count);
  begin_ += count;
  return static_cast<ssize_t>(count);
}

bool SocketStream::write(std::string_view bytes) {
  while (!bytes.empty()) {
    if (!wait_writable()) return false;
    const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && errno != EINTR && errno != EAGAIN) return false;
    if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

void SocketStream::finish() {
  ::shutdown(socket_, SHUT_WR);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(1);
  begin_ = end_ = 0;
  while (std::chrono::steady_clock::now() < end && wait_readable(200)) {
    if (::recv(socket_, buffer_.data(), buffer_.size(), 0) <= 0) return;
  }
}

}  // namespace sam
