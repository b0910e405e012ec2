// The routes of docs/openapi.yaml. Handlers throw; whoever calls them turns exceptions into problems.
// Threading: handlers may be called from any thread. Ownership: everything in ApiParts must outlive the routes.
#pragma once

#include <memory>
#include <vector>

#include "image/decode.h"
#include "server/events.h"
#include "server/gate.h"
#include "server/memory_history.h"
#include "server/router.h"
#include "server/server.h"
#include "server/windows.h"

namespace sam {

struct ApiParts {
  Session& session;
  Store& store;
  Pipeline& pipeline;
  const ServerOptions& options;
  std::shared_ptr<EventHub> events;
  const MemoryHistory& history;
  Windows& windows;
  Gate decoding{2};
};

// Throws RequestError (404) unless the project has this picture: no other name ever becomes a path.
void require_picture(const Store& store, const std::string& name);

// A number of the query, or fallback where it is not there. Throws RequestError (422).
std::size_t query_number(const Request& request, const char* name, std::size_t fallback, std::size_t least,
                         std::size_t most);

// The same error with its subject: "cat.jpg is empty".
ImageError named(const std::string& name, const ImageError& error);

// Session, edits, lists and events; the pictures' pixels; the predictor in use; memory, and /metrics.
std::vector<Route> session_routes(ApiParts& parts);
std::vector<Route> picture_routes(ApiParts& parts);
std::vector<Route> predictor_routes(ApiParts& parts);
std::vector<Route> memory_routes(ApiParts& parts);

}  // namespace sam
