// The page and its interface (docs/openapi.yaml) on 127.0.0.1: the page's built files, /api/v1, and server-sent events.
// Threading: start and stop from one thread. Ownership: session, store, pipeline and governor must outlive the server.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dataset/project.h"
#include "image/decode.h"
#include "memory/governor.h"
#include "memory/rung.h"
#include "platform/clock.h"
#include "server/embedded_page.h"
#include "session/session.h"

namespace sam {

// What the page keeps for its user. Both may be empty: then nothing is.
struct KeptPreferences {
  std::function<std::string()> read;  // a JSON object
  std::function<void(const std::string& text)>
      write;  // durable on return; throws std::invalid_argument with what is wrong with the text
};

struct ServerOptions {
  const Clock* clock = nullptr;  // must be set
  FileSystem* files = nullptr;   // must be set: of exports and imports
  Project* project = nullptr;    // the store, if jobs may change it as a whole
  int port = 8008;               // 0: any free one
  std::string version;
  DecodeLimits limits;
  std::filesystem::path tile_cache_folder;                  // empty: nothing is trimmed
  std::uint64_t tile_cache_bytes = std::uint64_t{4} << 30;  // on disk; trimmed twice a minute
  Governor* governor = nullptr;                             // null: the answers know no domain
  std::function<RecoveryStatistics()> recovery;             // of the ladder; may be empty
  std::function<std::vector<CacheReport>()> caches;         // of the pipeline; may be empty
  std::map<std::string, std::string> domain_names;          // for people: "cuda:0" is "NVIDIA H200"
  int memory_interval_ms = 2000;                            // between two points of the memory's history
  int list_interval_ms = 3000;                              // between two looks at images/ for new and removed pictures
  bool examine_pictures = true;  // read the headers of pictures nobody has looked at, in the background
  KeptPreferences preferences;
  std::function<void()> quit;  // asks the program to end, soon; empty: the page cannot
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
