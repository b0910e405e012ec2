#include "server/problem.h"

#include <spdlog/spdlog.h>

#include <cerrno>
#include <new>
#include <nlohmann/json.hpp>

#include "inference/model.h"
#include "session/session.h"

namespace sam {
namespace {

// What a client sees when it went away itself; nginx's number, for our log only.
constexpr int client_closed_request = 499;

struct Verdict {
  int status;
  const char* type;
};

template <typename Error>
std::optional<Verdict> if_is(const std::exception& error, int status, const char* type = "") {
  if (dynamic_cast<const Error*>(&error) == nullptr) return std::nullopt;
  return Verdict{status, type};
}

std::optional<Verdict> request_error(const std::exception& error) {
  const auto* refused = dynamic_cast<const RequestError*>(&error);
  return refused == nullptr ? std::nullopt : std::optional<Verdict>({refused->status(), ""});
}

std::optional<Verdict> file_error(const std::exception& error) {
  const auto* refused = dynamic_cast<const FileError*>(&error);
  if (refused == nullptr) return std::nullopt;
  const bool full = refused->error_number() == ENOSPC || refused->error_number() == EDQUOT;
  return Verdict{full ? 507 : 500, ""};
}

using Row = std::optional<Verdict> (*)(const std::exception&);

constexpr Row rows[] = {
    request_error,
    file_error,
    [](const std::exception& e) { return if_is<RevisionConflict>(e, 409, "/problems/revision-conflict"); },
    [](const std::exception& e) { return if_is<StaleMaskInput>(e, 409, "/problems/stale-mask-input"); },
    [](const std::exception& e) { return if_is<DatasetError>(e, 422); },
    [](const std::exception& e) { return if_is<ImageError>(e, 422); },
    [](const std::exception& e) { return if_is<PromptError>(e, 422); },
    [](const std::exception& e) { return if_is<EditError>(e, 422); },
    [](const std::exception& e) { return if_is<MaskError>(e, 422); },
    [](const std::exception& e) { return if_is<OutOfMemory>(e, 503); },
    [](const std::exception& e) { return if_is<std::bad_alloc>(e, 503); },
    [](const std::exception& e) { return if_is<Stopped>(e, client_closed_request); },
    [](const std::exception& e) { return if_is<ModelError>(e, 500); },
};

Response problem_of(const std::exception& error) {
  for (const Row row : rows) {
    if (const std::optional<Verdict> verdict = row(error)) return problem(verdict->status, error.what(), verdict->type);
  }
  return problem(500, std::string("an error the program did not expect: ") + error.what());
}

}  // namespace

const char* status_title(int status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 411:
      return "Length Required";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 499:
      return "Client Closed Request";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    case 507:
      return "Insufficient Storage";
    default:
      return "Error";
  }
}

Response problem(int status, const std::string& detail, const std::string& type) {
  if (status >= 500) spdlog::error("{} {}: {}", status, status_title(status), detail);
  const nlohmann::json value = {{"type", type.empty() ? "about:blank" : type},
                                {"title", status_title(status)},
                                {"status", status},
                                {"detail", detail}};
  Response response;
  response.status = status;
  response.content_type = "application/problem+json";
  response.body = value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  response.headers = {{"Cache-Control", "no-store"}};
  return response;
}

Response problem_of(std::exception_ptr error) {
  try {
    std::rethrow_exception(std::move(error));
  } catch (const std::exception& known) {
    return problem_of(known);
  } catch (...) {
    return problem(500, "an error the program did not expect");
  }
}

}  // namespace sam
