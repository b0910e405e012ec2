#include "server/problem.h"

#include <spdlog/spdlog.h>

#include <cerrno>
#include <new>
#include <nlohmann/json.hpp>

#include "inference/model.h"
#include "memory/memory_exhausted.h"
#include "server/windows.h"
#include "session/class_by_name.h"
#include "session/session.h"

namespace sam {
namespace {

// What a client sees when it went away itself; nginx's number, for our log only.
constexpr int client_closed_request = 499;

// Of problems that no exception of its own kind stands for.
const char* status_title(int status) {
  switch (status) {
    case 400:
      return "The request is not understood";
    case 403:
      return "The request is not allowed";
    case 404:
      return "There is nothing of this name";
    case 405:
      return "The address does not take this method";
    case 408:
      return "The request did not come in time";
    case 409:
      return "The request no longer fits";
    case 411:
      return "The request does not tell its length";
    case 413:
      return "The request is too large";
    case 414:
      return "The address is too long";
    case 415:
      return "The request is not JSON";
    case 421:
      return "The request is meant for another server";
    case 422:
      return "The request cannot be carried out";
    case 499:
      return "The request was given up";
    case 500:
      return "The program made an error";
    case 423:
      return "Somebody else is at it";
    case 503:
      return "The program is busy";
    case 507:
      return "The disk is full";
    default:
      return "The request failed";
  }
}

struct Verdict {
  int status;
  const char* title;  // what happened, in plain words
  const char* type = "";
  spdlog::level::level_enum severity = spdlog::level::err;
};

template <typename Error>
std::optional<Verdict> if_is(const std::exception& error, int status, const char* title, const char* type = "") {
  if (dynamic_cast<const Error*>(&error) == nullptr) return std::nullopt;
  return Verdict{status, title, type, spdlog::level::err};
}

std::optional<Verdict> request_error(const std::exception& error) {
  const auto* refused = dynamic_cast<const RequestError*>(&error);
  if (refused == nullptr) return std::nullopt;
  return Verdict{refused->status(), status_title(refused->status())};
}

std::optional<Verdict> file_error(const std::exception& error) {
  const auto* refused = dynamic_cast<const FileError*>(&error);
  if (refused == nullptr) return std::nullopt;
  const bool full = refused->error_number() == ENOSPC || refused->error_number() == EDQUOT;
  return full ? Verdict{507, "The disk is full"} : Verdict{500, "A file cannot be read or written"};
}

// The ladder has logged what was tried, and the pipeline the sentence; the page shows it.
std::optional<Verdict> memory_exhausted(const std::exception& error) {
  auto verdict = if_is<MemoryExhausted>(error, 503, "There is not enough memory", "/problems/memory-exhausted");
  if (verdict) verdict->severity = spdlog::level::debug;
  return verdict;
}

using Row = std::optional<Verdict> (*)(const std::exception&);
using Error = std::exception;

constexpr Row rows[] = {
    request_error,
    file_error,
    [](const Error& e) {
      return if_is<RevisionConflict>(e, 409, "Another window changed this picture", "/problems/revision-conflict");
    },
    [](const Error& e) {
      return if_is<StaleMaskInput>(e, 409, "The earlier mask is not kept any more", "/problems/stale-mask-input");
    },
    [](const Error& e) {
      return if_is<HeldElsewhere>(e, 423, "Another window has this picture", "/problems/held-elsewhere");
    },
    [](const Error& e) {
      return if_is<ClassGone>(e, 409, "The class is not in the project any more", "/problems/class-gone");
    },
    [](const Error& e) { return if_is<ProjectBusy>(e, 423, "The project is being changed", "/problems/project-busy"); },
    [](const Error& e) { return if_is<DatasetError>(e, 422, "The project's files cannot be used as they are"); },
    [](const Error& e) { return if_is<ImageError>(e, 422, "The picture cannot be read"); },
    [](const Error& e) { return if_is<PromptError>(e, 422, "The prompt cannot be used"); },
    [](const Error& e) { return if_is<EditError>(e, 422, "The edit cannot be made"); },
    [](const Error& e) { return if_is<MaskError>(e, 422, "The mask cannot be used"); },
    [](const Error& e) { return if_is<OutOfMemory>(e, 503, "There is not enough memory"); },
    memory_exhausted,
    [](const Error& e) { return if_is<std::bad_alloc>(e, 503, "There is not enough memory"); },
    [](const Error& e) { return if_is<Stopped>(e, client_closed_request, status_title(client_closed_request)); },
    [](const Error& e) { return if_is<ModelError>(e, 500, "The model failed"); },
};

Response titled_problem(const Verdict& verdict, const std::string& detail) {
  if (verdict.status >= 500) spdlog::log(verdict.severity, "{} {}: {}", verdict.status, verdict.title, detail);
  const nlohmann::json value = {{"type", *verdict.type == '\0' ? "about:blank" : verdict.type},
                                {"title", verdict.title},
                                {"status", verdict.status},
                                {"detail", detail}};
  Response response;
  response.status = verdict.status;
  response.content_type = "application/problem+json";
  response.body = value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  response.headers = {{"Cache-Control", "no-store"}};
  return response;
}

Response problem_of(const std::exception& error) {
  for (const Row row : rows) {
    if (const std::optional<Verdict> verdict = row(error)) return titled_problem(*verdict, error.what());
  }
  return problem(500, std::string("an error the program did not expect: ") + error.what());
}

}  // namespace

Response problem(int status, const std::string& detail, const std::string& type) {
  return titled_problem({status, status_title(status), type.c_str()}, detail);
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
