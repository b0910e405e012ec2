// Notices clients that go away while their request is being answered, so that work nobody waits for is stopped.
// One thread, which looks ten times a second while there is a request and sleeps otherwise.
// Threading: safe to call from any thread. Sockets belong to the caller and must stay open while they are watched.
#pragma once

#include <map>
#include <stop_token>
#include <thread>

#include "platform/mutex.h"

namespace sam {

class DisconnectWatch {
 public:
  DisconnectWatch();
  ~DisconnectWatch();

  // While it lives, stop is asked for when the other end closes the socket, or stop_all() is called.
  class Watched {
   public:
    Watched(DisconnectWatch& watch, int socket, std::stop_source stop) : watch_(watch), socket_(socket) {
      watch_.add(socket_, std::move(stop));
    }
    ~Watched() { watch_.remove(socket_); }
    Watched(const Watched&) = delete;
    Watched& operator=(const Watched&) = delete;

   private:
    DisconnectWatch& watch_;
    const int socket_;
  };

  // Asks every request to stop, and those that come later at once.
  void stop_all();

 private:
  void add(int socket, std::stop_source stop);
  void remove(int socket);
  void run();
  void look();

  Mutex mutex_;
  Condition changed_;
  bool ended_ SAM_GUARDED_BY(mutex_) = false;
  bool stopped_ SAM_GUARDED_BY(mutex_) = false;
  std::map<int, std::stop_source> watched_ SAM_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace sam
