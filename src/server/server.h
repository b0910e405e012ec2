// The page and its interface (docs/openapi.yaml) on 127.0.0.1: the page's built files, /api/v1, and server-sent events.
// Threading: start and stop from one thread. Ownership: session, store and pipeline must outlive the server.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "image/decode.h"
#include "memory/memory_report.h"
#include "server/embedded_page.h"
#include "session/session.h"

namespace sam {

struct ServerOptions {
  int port = 8008;  // 0: any free one
  std::string version;
  DecodeLimits limits;
  std::filesystem::path tile_cache_folder;                  // empty: nothing is trimmed
  std::uint64_t tile_cache_bytes = std::uint64_t{4} << 30;  // on disk; trimmed twice a minute
  std::function<MemoryReport()> memory;                     // called every 2 s while a page listens, and for /memory
  int memory_interval_ms = 2000;
  int list_interval_ms = 3000;   // between two looks at images/ for new and removed pictures
  bool examine_pictures = true;  // read the headers of pictures nobody has looked at, in the background
  std::span<const EmbeddedFile> page = embedded_page();
};

class Server {
 public:
  virtual ~Server() = default;

  // Returns once the port is taken. Throws ListenError (listener.h), which says what to do about a busy port.
  virtual void start() = 0;
  virtual int port() const = 0;
  // Asks running requests to stop, ends event streams, returns when all threads ended: within 2 s, as long as the pipeline
  // heeds its stop tokens. Called by the destructor if need be.
  virtual void stop() = 0;
};

std::unique_ptr<Server> make_server(Session& session, Store& store, Pipeline& pipeline, ServerOptions options);

}  // namespace sam
