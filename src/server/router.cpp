#include "server/router.h"

namespace sam {
namespace {

std::vector<std::string_view> split_path(std::string_view path) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t slash = path.find('/');
    parts.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return parts;
    path.remove_prefix(slash + 1);
  }
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool match_path(std::string_view pattern, std::string_view path, std::map<std::string, std::string>& params) {
  const std::vector<std::string_view> wanted = split_path(pattern);
  const std::vector<std::string_view> given = split_path(path);
  if (wanted.size() != given.size()) return false;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const bool is_param = wanted[i].size() > 2 && wanted[i].front() == '{' && wanted[i].back() == '}';
    if (!is_param) {
      if (wanted[i] != given[i]) return false;
      continue;
    }
    std::optional<std::string> value = percent_decoded(given[i]);
    if (!value || value->empty()) return false;
    params[std::string(wanted[i].substr(1, wanted[i].size() - 2))] = std::move(*value);
  }
  return true;
}

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_digit(text[i + 1]);
    const int low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0 || high + low == 0) return std::nullopt;
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

Router::Router(std::vector<Route> routes) : routes_(std::move(routes)) {}

Router::Match Router::match(const std::string& method, std::string_view path) const {
  Match match;
  for (const Route& route : routes_) {
    std::map<std::string, std::string> params;
    if (!match_path(route.pattern, path, params)) continue;
    if (route.method == method || (method == "HEAD" && route.method == "GET")) {
      match.route = &route;
      match.params = std::move(params);
      return match;
    }
    match.allowed += (match.allowed.empty() ? "" : ", ") + route.method;
  }
  return match;
}

}  // namespace sam
