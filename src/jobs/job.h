// Long work as the page sees it: what it is, how far it is, how it ended. Values; a JobControl is safe to use from any thread while its work runs.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "jobs/job_result.h"
#include "jobs/work_progress.h"

namespace sam {

enum class JobState { queued, running, done, failed, cancelled };

// Jobs of one lane run one after the other: those of all pictures, the preparing of all pictures (hours, with a large model), those of one, and what takes
// a moment.
enum class JobLane { project, ahead, picture, moment };

struct JobStatus {
  std::int64_t id = 0;
  std::string kind;
  std::string title;               // for people
  std::string image;               // empty: it is not of one
  std::string class_before;        // that is renamed, or merged into another; empty: none is
  std::string class_after;         // its new name, or the other's
  bool changes_project = false;    // edits are refused while it runs
  bool makes_project_new = false;  // when it has ended, everything is to be asked for again
  JobState state = JobState::queued;
  std::uint64_t done = 0;
  std::uint64_t total = 0;  // 0: not known yet
  double seconds = 0;       // it has run
  double left_s = 0;        // 0: not known
  std::string message;      // how it ended
  std::vector<std::string> log;
  std::chrono::system_clock::time_point started;  // while it is queued: when it was asked for

  bool has_ended() const { return state != JobState::queued && state != JobState::running; }
};

// What a job's work tells while it runs.
class JobControl {
 public:
  virtual ~JobControl() = default;
  virtual std::stop_token stop() const = 0;
  // left_s: where the work knows better than from the share that is done; 0: it does not.
  virtual void progress(std::uint64_t done, std::uint64_t total, double left_s = 0) = 0;
  virtual void log(std::string line) = 0;
  // What there is so far, or all of it.
  virtual void result(JobResult result) = 0;
};

// Returns how it ended, for people. Throws Stopped when it was asked to stop and did; anything else is a failure, told by its text.
using JobWork = std::function<std::string(JobControl&)>;

struct JobSpec {
  std::string kind;
  std::string title;
  std::string image;
  std::string class_before;  // as JobStatus's
  std::string class_after;
  JobLane lane = JobLane::project;
  bool changes_project = false;    // as JobStatus's
  bool makes_project_new = false;  // the same
  bool has_large_result = false;   // the last few are kept
  std::string cancelled_message;   // what stands when it was stopped: "stopped; nothing was changed"
  JobWork work;
};

}  // namespace sam
