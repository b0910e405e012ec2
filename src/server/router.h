// From method and path to a handler. Patterns are paths with {name} parts; a part never matches across a slash, so what is
// between two slashes is decoded after they were found and "%2f" makes no new ones.
// Threading: const after it is built. Ownership: owns its routes.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/http.h"

namespace sam {

struct Route {
  std::string method;
  std::string pattern;  // "/api/v1/images/{name}"
  std::size_t body_limit_bytes = 0;
  std::function<Response(const Request&)> handle;
};

// Percent-decoding, once. Nothing if an escape is damaged or gives a NUL.
std::optional<std::string> percent_decoded(std::string_view text);

class Router {
 public:
  explicit Router(std::vector<Route> routes);

  const std::vector<Route>& routes() const { return routes_; }

  struct Match {
    const Route* route = nullptr;  // null: no such path, or not this method
    std::map<std::string, std::string> params;
    std::string allowed;  // methods of the path, for 405; empty: no such path
  };
  // HEAD finds GET's route.
  Match match(const std::string& method, std::string_view path) const;

 private:
  std::vector<Route> routes_;
};

}  // namespace sam
