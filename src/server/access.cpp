#include "server/access.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "server/problem.h"

namespace sam {
namespace {

constexpr std::array<std::string_view, 3> own_names = {"127.0.0.1", "localhost", "[::1]"};

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool names_this_machine(std::string_view host) {
  return std::any_of(own_names.begin(), own_names.end(), [host](std::string_view name) {
    if (!host.starts_with(name)) return false;
    const std::string_view rest = host.substr(name.size());
    return rest.empty() || (rest[0] == ':' && is_port(rest.substr(1)));
  });
}

bool changes_something_or_is_data(const Request& request) {
  return (request.method != "GET" && request.method != "HEAD") || request.path.starts_with("/api/");
}

}  // namespace

std::optional<Response> refuse_foreign(const Request& request) {
  const std::string* host = request.header("host");
  if (host == nullptr || !names_this_machine(lower(*host))) {
    return problem(421, "this server answers as 127.0.0.1 or localhost only; open http://127.0.0.1 with its port");
  }
  if (const std::string* origin = request.header("origin");
      origin != nullptr && lower(*origin) != "http://" + lower(*host)) {
    return problem(403, "requests from pages of another origin are refused; use the page that this server shows");
  }
  const std::string* site = request.header("sec-fetch-site");
  if (site != nullptr && *site != "same-origin" && *site != "none" && changes_something_or_is_data(request)) {
    return problem(403, "requests from pages of another site are refused; use the page that this server shows");
  }
  return std::nullopt;
}

}  // namespace sam
