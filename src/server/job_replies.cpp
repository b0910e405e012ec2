#include "server/job_replies.h"

#include <nlohmann/json.hpp>

#include "server/replies.h"

namespace sam {
namespace {

using nlohmann::json;

// File names need not be UTF-8; an answer must be.
std::string text_of(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

const char* state_name(JobState state) {
  switch (state) {
    case JobState::queued:
      return "queued";
    case JobState::running:
      return "running";
    case JobState::done:
      return "done";
    case JobState::failed:
      return "failed";
    case JobState::cancelled:
      return "cancelled";
  }
  return "failed";
}

json value_of(const JobStatus& job) {
  json value = {
      {"id", job.id},
      {"kind", job.kind},
      {"title", job.title},
      {"state", state_name(job.state)},
      {"done", job.done},
      {"total", job.total},
      {"seconds", job.seconds},
      {"left_s", job.left_s},
      {"message", job.message},
      {"log", job.log},
      {"started_ms", std::chrono::duration_cast<std::chrono::milliseconds>(job.started.time_since_epoch()).count()},
      {"changes_project", job.changes_project}};
  if (!job.image.empty()) value["image"] = job.image;
  if (!job.class_before.empty()) {
    value["class_before"] = job.class_before;
    value["class_after"] = job.class_after;
  }
  return value;
}

std::string found(std::monostate) {
  return "{}";
}

std::string found(const EmbedProgress& end) {
  return text_of(
      {{"written", end.written}, {"kept_before", end.kept_before}, {"failed", end.failed}, {"left_out", end.left_out}});
}

std::string found(const ExportResult& result) {
  return text_of({{"path", result.path},
                  {"pictures", result.summary.pictures},
                  {"annotations", result.summary.annotations},
                  {"losses", result.summary.losses},
                  {"warnings", result.summary.warnings}});
}

std::string found(const ImportSummary& summary) {
  return text_of(
      {{"pictures", summary.pictures},
       {"annotations", summary.annotations},
       {"photos_added", summary.photos_added},
       {"classes_added", summary.classes_added},
       {"same_objects", summary.same_objects},
       {"conflicts",
        {{"kept", summary.kept.count}, {"replaced", summary.replaced.count}, {"merged", summary.merged.count}}},
       {"without_photo", summary.without_photo.count},
       {"warnings", summary.warnings}});
}

std::string found(const ClassesResult& result) {
  return text_of({{"pictures", result.summary.pictures},
                  {"annotations", result.summary.annotations},
                  {"renumbered", result.summary.renumbered},
                  {"classes", result.classes}});
}

std::string found(const StatisticsResult& result) {
  return statistics_json(result.statistics, result.classes);
}

std::string found(const SegmentsResult& result) {
  return segments_json(result.segments);
}

}  // namespace

std::string job_json(const JobStatus& job) {
  return text_of(value_of(job));
}

std::string jobs_json(const std::vector<JobStatus>& jobs) {
  json list = json::array();
  for (const JobStatus& each : jobs) list.push_back(value_of(each));
  return text_of({{"jobs", std::move(list)}});
}

std::string job_result_json(const JobResult& result) {
  return std::visit([](const auto& each) { return found(each); }, result);
}

}  // namespace sam
