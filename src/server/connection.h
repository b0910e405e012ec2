// One client's connection: requests parsed by cpp-httplib, answered one after the other.
// Threading: runs in the calling thread until the connection ends.
#pragma once

#include <functional>

#include "server/disconnect_watch.h"
#include "server/http.h"
#include "server/socket_stream.h"

namespace sam {

struct ConnectionOptions {
  int idle_ms = 15'000;           // between two requests
  int requests = 100'000;         // on one connection
  std::function<bool()> crowded;  // others wait for a thread: idle connections end at once
};

void serve_connection(SocketStream& stream, const HttpHandler& handler, DisconnectWatch& watch,
                      const ConnectionOptions& options);

}  // namespace sam
