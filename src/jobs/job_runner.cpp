#include "jobs/job_runner.h"

#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <unistd.h>

#include <new>
#include <utility>

#include "platform/stopped.h"

namespace sam {
namespace {

constexpr int nice_value = 10;  // of the work on the whole project, and of the threads it makes: the page goes first

}  // namespace

struct JobRunner::Job {
  JobSpec spec;
  JobStatus status;
  std::stop_source stop;
  std::shared_ptr<const JobResult> result;
  std::chrono::steady_clock::time_point began;
  std::optional<std::chrono::steady_clock::time_point> told;
  bool may_begin = false;  // that it waits was told: what is told last is what is so
};

class JobRunner::Control final : public JobControl {
 public:
  Control(JobRunner& runner, Job& job) : runner_(runner), job_(job) {}

  std::stop_token stop() const override { return job_.stop.get_token(); }
  void progress(std::uint64_t done, std::uint64_t total, double left_s) override {
    runner_.change(job_, [&](JobStatus& status) {
      status.done = done;
      status.total = total;
      status.left_s = left_s;
    });
  }
  void log(std::string line) override {
    runner_.change(job_, [&](JobStatus& status) {
      if (status.log.size() >= most_log_lines) status.log.erase(status.log.begin());
      status.log.push_back(std::move(line));
    });
  }
  void result(JobResult result) override {
    auto made = std::make_shared<const JobResult>(std::move(result));
    const MutexLock lock(runner_.mutex_);
    job_.result.swap(made);  // the earlier one ends after the lock
  }

 private:
  JobRunner& runner_;
  Job& job_;
};

JobRunner::JobRunner(const Clock& clock, Listener listener)
    : clock_(clock),
      listener_(std::move(listener)),
      last_id_(std::chrono::duration_cast<std::chrono::seconds>(clock.wall_now().time_since_epoch()).count()) {
  for (const JobLane lane : {JobLane::project, JobLane::ahead, JobLane::picture, JobLane::moment}) {
    lanes_.emplace_back([this, lane] { run_lane(lane); });
  }
}

JobRunner::~JobRunner() {
  stop();
}

void JobRunner::tell(const JobStatus& status) const {
  if (listener_) listener_(status);
}

JobStatus JobRunner::begin(JobSpec spec) {
  auto job = std::make_shared<Job>();
  job->status.kind = spec.kind;
  job->status.title = spec.title;
  job->status.image = spec.image;
  job->status.class_before = spec.class_before;
  job->status.class_after = spec.class_after;
  job->status.changes_project = spec.changes_project;
  job->status.makes_project_new = spec.makes_project_new;
  job->status.started = clock_.wall_now();
  job->spec = std::move(spec);
  JobStatus begun;
  {
    const MutexLock lock(mutex_);
    if (stopping_) throw JobRefused("the program is ending");
    std::size_t waiting = 0;
    for (const auto& [id, each] : jobs_) waiting += each->status.state == JobState::queued ? 1 : 0;
    if (waiting >= most_waiting) {
      throw JobRefused(std::to_string(waiting) + " jobs wait already, and that is the most; cancel one, or wait");
    }
    job->status.id = ++last_id_;
    jobs_.emplace(job->status.id, job);
    begun = job->status;
  }
  try {
    tell(begun);
  } catch (...) {
    let_begin(*job);
    throw;
  }
  let_begin(*job);
  return begun;
}

void JobRunner::let_begin(Job& job) {
  const MutexLock lock(mutex_);
  job.may_begin = true;
  changed_.notify_all();
}

JobStatus JobRunner::status_of(const Job& job) const {
  JobStatus status = job.status;
  if (status.state != JobState::running) return status;
  status.seconds = std::chrono::duration<double>(clock_.now() - job.began).count();
  if (status.left_s == 0 && status.done > 0 && status.total > status.done) {
    status.left_s = status.seconds / static_cast<double>(status.done) * static_cast<double>(status.total - status.done);
  }
  return status;
}

std::vector<JobStatus> JobRunner::list() const {
  std::vector<JobStatus> all;
  const MutexLock lock(mutex_);
  for (auto each = jobs_.rbegin(); each != jobs_.rend(); ++each) all.push_back(status_of(*each->second));
  return all;
}

std::optional<JobStatus> JobRunner::find(std::int64_t id) const {
  const MutexLock lock(mutex_);
  const auto found = jobs_.find(id);
  if (found == jobs_.end()) return std::nullopt;
  return status_of(*found->second);
}

std::shared_ptr<const JobResult> JobRunner::result(std::int64_t id) const {
  const MutexLock lock(mutex_);
  const auto found = jobs_.find(id);
  return found == jobs_.end() ? nullptr : found->second->result;
}

void JobRunner::cancel(std::int64_t id) {
  JobPointer job;
  std::optional<JobStatus> ended;
  {
    const MutexLock lock(mutex_);
    const auto found = jobs_.find(id);
    if (found == jobs_.end() || found->second->status.has_ended()) return;
    job = found->second;
    if (job->status.state == JobState::queued) {
      end(*job, JobState::cancelled, "cancelled before it began");
      ended = job->status;
    }
  }
  job->stop.request_stop();  // without the lock: it calls those who wait for it
  if (ended) tell(*ended);
}

bool JobRunner::remove(std::int64_t id) {
  JobPointer removed;  // ends after the lock
  const MutexLock lock(mutex_);
  const auto found = jobs_.find(id);
  if (found == jobs_.end()) return true;
  if (!found->second->status.has_ended()) return false;
  removed = found->second;
  jobs_.erase(found);
  return true;
}

void JobRunner::stop() {
  std::vector<std::int64_t> all;
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    for (const auto& [id, job] : jobs_) all.push_back(id);
    changed_.notify_all();
  }
  for (const std::int64_t id : all) cancel(id);
  for (std::thread& lane : lanes_) lane.join();
  lanes_.clear();
}

// Throttled: what is not told now is told with the next change.
template <typename Change>
void JobRunner::change(Job& job, const Change& apply) {
  JobStatus status;
  {
    const MutexLock lock(mutex_);
    apply(job.status);
    const auto now = clock_.now();
    if (job.told && now - *job.told < tell_every) return;
    job.told = now;
    status = status_of(job);
  }
  tell(status);
}

JobRunner::JobPointer JobRunner::next(JobLane lane) {
  const MutexLock lock(mutex_);
  while (!stopping_) {
    for (const auto& [id, job] : jobs_) {
      if (job->spec.lane != lane || job->status.state != JobState::queued || !job->may_begin) continue;
      job->status.state = JobState::running;
      job->status.started = clock_.wall_now();
      job->began = clock_.now();
      job->told = job->began;
      return job;
    }
    changed_.wait(mutex_);
  }
  return nullptr;
}

void JobRunner::run_lane(JobLane lane) {
  if (lane == JobLane::project || lane == JobLane::ahead)
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), nice_value);
  while (const JobPointer job = next(lane)) run(job);
}

void JobRunner::run(const JobPointer& job) {
  tell(*find(job->status.id));  // its id never changes
  JobState state = JobState::done;
  std::string message;
  try {
    Control control(*this, *job);
    message = job->spec.work(control);
  } catch (const Stopped&) {
    state = JobState::cancelled;
    message = job->spec.cancelled_message;
  } catch (const std::bad_alloc&) {
    state = JobState::failed;
    message = "there was not enough memory for it";
  } catch (const std::exception& error) {
    state = JobState::failed;
    message = error.what();
  }
  if (state == JobState::failed) spdlog::warn("{} failed: {}", job->spec.title, message);
  job->spec.work = nullptr;  // and what it holds
  JobStatus ended;
  {
    const MutexLock lock(mutex_);
    end(*job, state, std::move(message));
    ended = job->status;
  }
  tell(ended);
}

void JobRunner::end(Job& job, JobState state, std::string message) {
  job.status = status_of(job);
  job.status.left_s = 0;
  job.status.state = state;
  job.status.message = std::move(message);
  forget_old();
}

void JobRunner::forget_old() {
  std::size_t ended = 0;
  std::size_t large = 0;
  for (auto each = jobs_.end(); each != jobs_.begin();) {
    --each;
    Job& job = *each->second;
    if (!job.status.has_ended()) continue;
    if (job.spec.has_large_result && job.result && ++large > most_large_results) job.result = nullptr;
    if (++ended > most_ended) each = jobs_.erase(each);
  }
}

}  // namespace sam
