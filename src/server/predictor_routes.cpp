#include "server/api.h"
#include "server/problem.h"
#include "server/replies.h"
#include "server/requests.h"

namespace sam {
namespace {

constexpr std::size_t small_body_bytes = 1024;

Response predictor(const ApiParts& parts) {
  return json_response(predictor_json(parts.pipeline));
}

// The picture on screen is encoded anew by the predictor chosen.
Response choose(const ApiParts& parts, const Request& request) {
  const PredictorChoice choice = parse_predictor_request(request.body);
  if (choice == PredictorChoice::fallback && !parts.pipeline.has_fallback()) {
    throw RequestError("GrabCut is in use already: the program was started without a model", 409);
  }
  parts.pipeline.choose(choice);
  if (const auto current = parts.session.current()) parts.pipeline.show({parts.store.picture_path(*current)});
  return json_response(parts.events->publish_state("predictor", [&] { return predictor_json(parts.pipeline); }));
}

}  // namespace

std::vector<Route> predictor_routes(ApiParts& parts) {
  const std::string predictor_path = "/api/v1/predictor";
  return {
      {"GET", predictor_path, 0, [&parts](const Request&) { return predictor(parts); }},
      {"PUT", predictor_path, small_body_bytes, [&parts](const Request& request) { return choose(parts, request); }},
  };
}

}  // namespace sam
