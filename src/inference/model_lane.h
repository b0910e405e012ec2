// A model inside the worker with the thread that runs its requests one after the other, so that a long encode does not hold up a decode.
// Threading: add and finish from one thread. Jobs run on the lane's own.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <thread>

#include "inference/model.h"
#include "platform/mutex.h"

namespace sam {

class ModelLane {
 public:
  // The model is null until the first job has loaded it. A job must not throw.
  using Job = std::function<void(std::unique_ptr<Model>& model)>;

  ModelLane() : thread_([this] { work(); }) {}
  ~ModelLane() { finish(); }  // waits for the jobs added

  void add(Job job) SAM_EXCLUDES(mutex_) {
    {
      const MutexLock lock(mutex_);
      jobs_.push_back(std::move(job));
    }
    changed_.notify_one();  // who wakes finds the lock free: one switch of threads less
  }

  // After the jobs added, the lane ends and the model goes; does not wait.
  void finish() SAM_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    finishing_ = true;
    changed_.notify_one();
  }

  bool finished() SAM_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    return finished_;
  }

 private:
  void work() SAM_EXCLUDES(mutex_) {
    {
      std::unique_ptr<Model> model;
      while (const Job job = next()) job(model);
    }
    const MutexLock lock(mutex_);
    finished_ = true;
  }

  Job next() SAM_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    while (jobs_.empty() && !finishing_) changed_.wait(mutex_);
    if (jobs_.empty()) return nullptr;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    return job;
  }

  Mutex mutex_;
  Condition changed_;
  std::deque<Job> jobs_ SAM_GUARDED_BY(mutex_);
  bool finishing_ SAM_GUARDED_BY(mutex_) = false;
  bool finished_ SAM_GUARDED_BY(mutex_) = false;
  std::jthread thread_;
};

}  // namespace sam
