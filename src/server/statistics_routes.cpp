#include <nlohmann/json.hpp>

#include "dataset/charts/charts.h"
#include "dataset/charts/statistics_page.h"
#include "platform/utc_text.h"
#include "server/api.h"
#include "server/problem.h"
#include "server/replies.h"

namespace sam {
namespace {

std::string query(const Request& request, const char* name, const char* fallback) {
  const auto found = request.query.find(name);
  return found == request.query.end() ? fallback : found->second;
}

// The job's result stays while it is looked at, also if somebody removes the job meanwhile.
std::shared_ptr<const JobResult> result_of(const ApiParts& parts, const JobStatus& job) {
  if (job.kind != "statistics")
    throw RequestError("\"" + job.title + "\" counts nothing; charts are of statistics", 409);
  auto result = parts.jobs.result(job.id);
  if (!result || !std::holds_alternative<StatisticsResult>(*result)) {
    throw RequestError("\"" + job.title + "\" has " + (job.has_ended() ? "counted nothing" : "not ended"), 409);
  }
  return result;
}

const StatisticsResult& statistics_of(const JobResult& result) {
  return std::get<StatisticsResult>(result);
}

// Names a class, and so is made anew each time.
Response text_response(std::string body, const char* content_type) {
  Response response = json_response(std::move(body));
  response.content_type = content_type;
  return response;
}

Response chart(const ApiParts& parts, const Request& request) {
  const JobStatus job = find_job(parts, request);
  const std::string& file = request.params.at("name");
  constexpr std::string_view extension = ".svg";
  const Chart* found = file.ends_with(extension)
                           ? find_chart(std::string_view(file).substr(0, file.size() - extension.size()))
                           : nullptr;
  if (found == nullptr) {
    std::string names;
    for (const Chart& each : charts()) names += (names.empty() ? "" : ", ") + std::string(each.name) + ".svg";
    throw RequestError("there is no chart " + file + "; there are " + names, 404);
  }
  const std::string theme = query(request, "theme", "light");
  if (theme != "light" && theme != "dark") throw RequestError("'theme' must be light or dark", 422);
  const auto result = result_of(parts, job);
  const StatisticsResult& counted = statistics_of(*result);
  const ChartPalette& palette = theme == "dark" ? dark_palette() : light_palette();
  return text_response(found->draw(counted.statistics, counted.classes, palette), "image/svg+xml");
}

Response report(const ApiParts& parts, const Request& request) {
  const JobStatus job = find_job(parts, request);
  const std::string as = query(request, "as", "html");
  if (as != "html" && as != "csv" && as != "json") throw RequestError("'as' must be html, csv or json", 422);
  const auto result = result_of(parts, job);
  const auto& [counted, classes] = statistics_of(*result);
  Response response =
      as == "csv" ? text_response(statistics_csv(counted, classes), "text/csv; charset=utf-8")
      : as == "json"
          ? text_response(statistics_json(counted, classes), "application/json")
          : text_response(statistics_page(counted, classes, {last_part(parts.store.folder()), utc_text(job.started)}),
                          "text/html; charset=utf-8");
  response.headers.emplace_back("Content-Disposition", "attachment; filename=\"statistics." + as + "\"");
  return response;
}

}  // namespace

std::vector<Route> statistics_routes(ApiParts& parts) {
  const std::string job = "/api/v1/jobs/{id}";
  return {
      {"GET", job + "/charts/{name}", 0, [&parts](const Request& request) { return chart(parts, request); }},
      {"GET", job + "/report", 0, [&parts](const Request& request) { return report(parts, request); }},
  };
}

}  // namespace sam
