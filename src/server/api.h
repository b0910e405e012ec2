// The routes of docs/openapi.yaml. Handlers throw; whoever calls them turns exceptions into problems.
// Threading: handlers may be called from any thread. Ownership: everything in ApiParts must outlive the routes.
#pragma once

#include <memory>
#include <vector>

#include "image/decode.h"
#include "jobs/job_runner.h"
#include "jobs/project_jobs.h"
#include "server/events.h"
#include "server/gate.h"
#include "server/memory_history.h"
#include "server/progress_feed.h"
#include "server/router.h"
#include "server/server.h"
#include "server/windows.h"

namespace sam {

struct ApiParts;

// The events of a job.
void tell_of_job(ApiParts& parts, const JobStatus& job);

struct ApiParts {
  Session& session;
  Store& store;
  Pipeline& pipeline;
  const ServerOptions& options;
  std::shared_ptr<EventHub> events;
  const MemoryHistory& history;
  Windows& windows;
  Gate decoding{2};
  ProgressFeed progress{store, *options.clock, *events};
  // Last: its works use all of the above.
  JobRunner jobs{*options.clock, [this](const JobStatus& job) { tell_of_job(*this, job); }};

  ApiParts(Session& the_session, Store& the_store, Pipeline& the_pipeline, const ServerOptions& the_options,
           std::shared_ptr<EventHub> the_events, const MemoryHistory& the_history, Windows& the_windows)
      : session(the_session),
        store(the_store),
        pipeline(the_pipeline),
        options(the_options),
        events(std::move(the_events)),
        history(the_history),
        windows(the_windows) {}
  ApiParts(const ApiParts&) = delete;  // jobs knows its place
  ApiParts& operator=(const ApiParts&) = delete;

  JobParts job_parts() const;
};

// Throws RequestError (404) unless the project has this picture: no other name ever becomes a path.
void require_picture(const Store& store, const std::string& name);

// The job that the path names. Throws RequestError (404).
JobStatus find_job(const ApiParts& parts, const Request& request);

// A number of the query, or fallback where it is not there. Throws RequestError (422).
std::size_t query_number(const Request& request, const char* name, std::size_t fallback, std::size_t least,
                         std::size_t most);

// The same error with its subject: "cat.jpg is empty".
ImageError named(const std::string& name, const ImageError& error);

// Lists and progress; session, edits and events; the pictures' pixels, and drawings of them; the predictor in use; memory, and /metrics; formats, folders and preferences; long work, and the charts of statistics.
std::vector<Route> list_routes(ApiParts& parts);
std::vector<Route> session_routes(ApiParts& parts);
std::vector<Route> picture_routes(ApiParts& parts);
std::vector<Route> predictor_routes(ApiParts& parts);
std::vector<Route> visualization_routes(ApiParts& parts);
std::vector<Route> memory_routes(ApiParts& parts);
std::vector<Route> project_routes(ApiParts& parts);
std::vector<Route> job_routes(ApiParts& parts);
std::vector<Route> statistics_routes(ApiParts& parts);

// All of them.
std::vector<Route> all_routes(ApiParts& parts);

}  // namespace sam
