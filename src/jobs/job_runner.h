// Runs jobs, those of a lane one after the other, and remembers how they ended: the last 50, until they are removed.
// Threading: safe to call from any thread; the listener is called from any, without a lock. Ownership: the clock must outlive it, and what the works
// refer to must live until stop() has returned.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "jobs/job.h"
#include "platform/clock.h"
#include "platform/mutex.h"

namespace sam {

// Too many wait already.
class JobRefused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class JobRunner {
 public:
  using Listener = std::function<void(const JobStatus&)>;

  // Jobs are numbered from the clock's seconds on: whoever asks after a restart for one of before does not get another. The listener hears of every change of a state, and of progress at most four times a second for each job.
  JobRunner(const Clock& clock, Listener listener);
  ~JobRunner();  // stops

  // Throws JobRefused; also once stopped.
  JobStatus begin(JobSpec spec) SAM_EXCLUDES(mutex_);

  std::vector<JobStatus> list() const SAM_EXCLUDES(mutex_);  // newest first
  std::optional<JobStatus> find(std::int64_t id) const SAM_EXCLUDES(mutex_);
  // Null: nothing yet, or not any more.
  std::shared_ptr<const JobResult> result(std::int64_t id) const SAM_EXCLUDES(mutex_);

  // Asks it to stop; one that waits ends at once. Nothing for one that has ended or is not there.
  void cancel(std::int64_t id) SAM_EXCLUDES(mutex_);
  // False if it has not ended. One that is not there counts as removed.
  bool remove(std::int64_t id) SAM_EXCLUDES(mutex_);

  // Asks all to stop and returns when they have.
  void stop() SAM_EXCLUDES(mutex_);

  static constexpr std::size_t most_ended = 50;
  static constexpr std::size_t most_waiting = 50;
  static constexpr std::size_t most_large_results = 4;
  static constexpr std::size_t most_log_lines = 100;
  static constexpr std::chrono::milliseconds tell_every{250};

 private:
  struct Job;
  class Control;
  using JobPointer = std::shared_ptr<Job>;

  void run_lane(JobLane lane) SAM_EXCLUDES(mutex_);
  void let_begin(Job& job) SAM_EXCLUDES(mutex_);
  JobPointer next(JobLane lane) SAM_EXCLUDES(mutex_);
  void run(const JobPointer& job) SAM_EXCLUDES(mutex_);
  void end(Job& job, JobState state, std::string message) SAM_REQUIRES(mutex_);
  void forget_old() SAM_REQUIRES(mutex_);
  JobStatus status_of(const Job& job) const SAM_REQUIRES(mutex_);
  template <typename Change>
  void change(Job& job, const Change& apply) SAM_EXCLUDES(mutex_);
  void tell(const JobStatus& status) const;

  const Clock& clock_;
  const Listener listener_;
  mutable Mutex mutex_;
  Condition changed_;
  bool stopping_ SAM_GUARDED_BY(mutex_) = false;
  std::int64_t last_id_ SAM_GUARDED_BY(mutex_);
  std::map<std::int64_t, JobPointer> jobs_ SAM_GUARDED_BY(mutex_);
  std::vector<std::thread> lanes_;  // of the constructor and stop()
};

}  // namespace sam
