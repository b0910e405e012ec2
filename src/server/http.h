// HTTP as values: handlers are functions from Request to Response and never see a socket.
// Values; no shared state.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sam {

struct Request {
  std::string method;                          // "GET"
  std::string path;                            // as sent: still percent-encoded, without the query
  std::map<std::string, std::string> query;    // decoded; the first of each name
  std::map<std::string, std::string> headers;  // names in lower case; the first of each name
  std::string body;
  std::map<std::string, std::string> params;  // of the route's {…}, decoded once
  std::stop_token stop;                       // the client closed the connection, or the server stops

  const std::string* header(const std::string& lower_case_name) const {
    const auto found = headers.find(lower_case_name);
    return found == headers.end() ? nullptr : &found->second;
  }
};

struct Response {
  int status = 200;
  std::string content_type;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  // Instead of body: called until it returns false; write returns false when the client is gone.
  using Write = std::function<bool(std::string_view bytes)>;
  std::function<bool(const Write& write)> stream;
  bool close = false;  // end the connection after this answer
};

// Before the body is read: how long it may be, or an answer that makes it unnecessary.
struct Admission {
  std::size_t body_limit_bytes = 0;
  std::optional<Response> refusal;
};

struct HttpHandler {
  std::function<Admission(const Request& head)> admit;
  std::function<Response(Request request)> handle;  // does not throw
};

}  // namespace sam
