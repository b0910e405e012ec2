// A connected socket with time-outs and a read buffer.
// Threading: one thread at a time; stop_event may be signalled from any. Ownership: closes the socket.
#pragma once

#include <sys/types.h>
#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace sam {

class SocketStream {
 public:
  // stop_event: an eventfd that becomes readable when the server stops. Waiting for bytes ends then.
  SocketStream(int socket, int stop_event, int timeout_ms);
  ~SocketStream();
  SocketStream(const SocketStream&) = delete;
  SocketStream& operator=(const SocketStream&) = delete;

  int socket() const { return socket_; }

  // False after timeout_ms, when the other end closed, or when the server stops.
  bool wait_readable(int timeout_ms);
  bool wait_writable();

  // Bytes read, at least 1; 0 at the end; -1 after a time-out or an error.
  ssize_t read(std::span<char> bytes);
  // False after a time-out or an error.
  bool write(std::string_view bytes);

  // Ends the connection so that the other end gets what was written even if it still sends: up to a second of its bytes are
  // read and thrown away. Without that the system would throw away our answer.
  void finish();

 private:
  const int socket_;
  const int stop_event_;
  const int timeout_ms_;
  std::array<char, 16384> buffer_{};
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace sam
