#include <algorithm>
#include <charconv>
#include <thread>

#include "server/api.h"
#include "server/job_replies.h"
#include "server/job_requests.h"
#include "server/problem.h"
#include "server/replies.h"
#include "session/moved_history.h"

namespace sam {
namespace {

constexpr std::size_t job_body_bytes = 16 << 10;

JobSpec spec_of(const JobParts& parts, JobAsked asked) {
  struct {
    const JobParts& parts;
    JobSpec operator()(EmbedAsked) const { return embed_job(parts); }
    JobSpec operator()(ExportAsked& each) const { return export_job(parts, std::move(each)); }
    JobSpec operator()(ImportAsked& each) const { return import_job(parts, std::move(each)); }
    JobSpec operator()(ClassesAsked& each) const { return classes_job(parts, std::move(each)); }
    JobSpec operator()(StatisticsAsked) const { return statistics_job(parts); }
    JobSpec operator()(EverythingAsked& each) const { return everything_job(parts, std::move(each)); }
  } const make{parts};
  return std::visit(make, asked);
}

Response begin(ApiParts& parts, const Request& request) {
  try {
    return json_response(job_json(parts.jobs.begin(spec_of(parts.job_parts(), parse_job_request(request.body)))));
  } catch (const JobRefused& error) {
    throw RequestError(error.what(), 503);
  } catch (const DatasetError& error) {  // of what is asked for, such as a path; the project is as it was
    throw RequestError(error.what(), 422);
  }
}

Response cancel(ApiParts& parts, const Request& request) {
  const std::int64_t id = find_job(parts, request).id;
  parts.jobs.cancel(id);
  return json_response(job_json(find_job(parts, request)));
}

Response remove(ApiParts& parts, const Request& request) {
  const JobStatus job = find_job(parts, request);
  if (!parts.jobs.remove(job.id)) {
    throw RequestError("\"" + job.title + "\" has not ended; cancel it first", 409);
  }
  return json_response("{}");
}

Response result(ApiParts& parts, const Request& request) {
  const JobStatus job = find_job(parts, request);
  if (const auto found = parts.jobs.result(job.id)) return json_response(job_result_json(*found));
  const char* why = !job.has_ended()              ? "has not ended"
                    : job.state == JobState::done ? "found too much to be kept beside newer ones; begin it again"
                                                  : "found nothing, since it did not come to its end";
  throw RequestError("\"" + job.title + "\" " + why, 409);
}

}  // namespace

JobStatus find_job(const ApiParts& parts, const Request& request) {
  const std::string& text = request.params.at("id");
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  const bool is_number = error == std::errc() && end == text.data() + text.size();
  if (auto job = is_number ? parts.jobs.find(id) : std::nullopt) return *std::move(job);
  throw RequestError("there is no job " + text + "; GET /jobs lists those there are", 404);
}

JobParts ApiParts::job_parts() const {
  // One processor is left to the page, where there are more.
  const unsigned threads = std::max(2U, std::thread::hardware_concurrency()) - 1;
  const auto follower = [&own = store](const std::string& picture, const std::string& revision,
                                       const std::vector<std::string>& names, const ClassChange& change) {
    move_history(own, picture, revision, names, change.new_ids);
  };
  return {store, options.project, pipeline, *options.files, *options.clock, options.limits, threads, follower};
}

void tell_of_job(ApiParts& parts, const JobStatus& job) {
  parts.events->publish({"job", job_json(job)});
  if (!job.makes_project_new || !job.has_ended()) return;
  parts.events->publish({"project", "{}"});
  parts.progress.changed();
}

std::vector<Route> job_routes(ApiParts& parts) {
  const std::string jobs = "/api/v1/jobs";
  return {
      {"GET", jobs, 0, [&parts](const Request&) { return json_response(jobs_json(parts.jobs.list())); }},
      {"POST", jobs, job_body_bytes, [&parts](const Request& request) { return begin(parts, request); }},
      {"GET", jobs + "/{id}", 0,
       [&parts](const Request& request) { return json_response(job_json(find_job(parts, request))); }},
      {"DELETE", jobs + "/{id}", 0, [&parts](const Request& request) { return remove(parts, request); }},
      {"POST", jobs + "/{id}/cancel", 0, [&parts](const Request& request) { return cancel(parts, request); }},
      {"GET", jobs + "/{id}/result", 0, [&parts](const Request& request) { return result(parts, request); }},
  };
}

}  // namespace sam
