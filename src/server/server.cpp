#include "server/server.h"

#include <utility>

#include "server/access.h"
#include "server/api.h"
#include "server/background.h"
#include "server/listener.h"
#include "server/page.h"
#include "server/problem.h"
#include "server/replies.h"

namespace sam {
namespace {

bool is_api(const Request& request) {
  return request.path == "/api" || request.path.starts_with("/api/") || request.path == "/metrics";
}

bool is_json(const Request& request) {
  const std::string* type = request.header("content-type");
  return type != nullptr && type->starts_with("application/json");
}

class LocalServer final : public Server {
 public:
  LocalServer(Session& session, Store& store, Pipeline& pipeline, ServerOptions options)
      : options_(std::move(options)),
        events_(std::make_shared<EventHub>()),
        pipeline_(pipeline),
        parts_(session, store, pipeline, options_, events_, history_, windows_),
        router_(all_routes(parts_)),
        page_(options_.page),
        background_(store, options_, events_, history_, windows_, parts_.progress),
        handler_{[this](const Request& head) { return admit(head); },
                 [this](Request request) { return handle(std::move(request)); }},
        listener_({.port = options_.port}, handler_) {}

  ~LocalServer() override { stop(); }

  void start() override {
    listener_.start();
    // Events outlive the server if a listener is being called while it stops.
    pipeline_.set_listener([events = events_](const PicturePath& picture, const EncodingStatus& status) {
      events->publish({"encoding", encoding_event_json(picture.path.filename().string(), status)});
    });
    pipeline_.set_model_listener([events = events_, &pipeline = pipeline_] {
      events->publish_state("predictor", [&] { return predictor_json(pipeline); });
    });
    background_.start();
    started_ = true;
  }

  int port() const override { return listener_.port(); }

  void stop() override {
    if (!std::exchange(started_, false)) return;
    pipeline_.set_listener([](const PicturePath&, const EncodingStatus&) {});
    pipeline_.set_model_listener({});
    events_->end();
    parts_.jobs.stop();
    background_.stop();
    listener_.stop();
  }

 private:
  Admission admit(const Request& head) const {
    Admission admission = admission_of(head);
    if (admission.refusal) add_security_headers(*admission.refusal);
    return admission;
  }

  Admission admission_of(const Request& head) const {
    if (std::optional<Response> refusal = refuse_foreign(head)) return {0, std::move(refusal)};
    if (!is_api(head)) return {};
    const Router::Match match = router_.match(head.method, head.path);
    if (match.route == nullptr) return {0, no_route(match)};
    // Browsers send other types across origins without asking first.
    if (head.header("content-length") != nullptr && *head.header("content-length") != "0" && !is_json(head)) {
      return {0, problem(415, "the body must be application/json")};
    }
    return {match.route->body_limit_bytes, std::nullopt};
  }

  static Response no_route(const Router::Match& match) {
    if (match.allowed.empty()) return problem(404, "there is no such address; docs/openapi.yaml lists them");
    Response response = problem(405, "this address takes " + match.allowed);
    response.headers.emplace_back("Allow", match.allowed);
    return response;
  }

  Response handle(Request request) const {
    Response response;
    try {
      response = is_api(request) ? handle_api(std::move(request)) : page_.answer(request);
    } catch (...) {
      response = problem_of(std::current_exception());
    }
    add_security_headers(response);
    return response;
  }

  Response handle_api(Request request) const {
    Router::Match match = router_.match(request.method, request.path);
    if (match.route == nullptr) return no_route(match);
    request.params = std::move(match.params);
    return match.route->handle(request);
  }

  const ServerOptions options_;
  const std::shared_ptr<EventHub> events_;
  MemoryHistory history_;
  const SystemClock clock_;
  Windows windows_{clock_};
  Pipeline& pipeline_;
  ApiParts parts_;
  const Router router_;
  const Page page_;
  Background background_;
  const HttpHandler handler_;
  Listener listener_;
  bool started_ = false;
};

}  // namespace

// Of two that match the first is taken: /images/next before /images/{name}.
std::vector<Route> all_routes(ApiParts& parts) {
  std::vector<Route> routes = list_routes(parts);
  for (const auto& group : {session_routes, picture_routes, predictor_routes, visualization_routes, memory_routes,
                            project_routes, job_routes, statistics_routes}) {
    for (Route& route : group(parts)) routes.push_back(std::move(route));
  }
  return routes;
}

std::unique_ptr<Server> make_server(Session& session, Store& store, Pipeline& pipeline, ServerOptions options) {
  return std::make_unique<LocalServer>(session, store, pipeline, std::move(options));
}

}  // namespace sam
