#include "jobs/job_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "platform/stopped.h"

namespace sam {
namespace {

using testing::ElementsAre;
using State = JobState;

class HandClock final : public Clock {
 public:
  std::chrono::steady_clock::time_point now() const override {
    return std::chrono::steady_clock::time_point(std::chrono::milliseconds(ms_));
  }
  std::chrono::system_clock::time_point wall_now() const override { return {}; }
  void pass(int ms) { ms_ += ms; }

 private:
  std::atomic<int> ms_ = 1000;
};

class JobRunnerTest : public testing::Test {
 protected:
  static JobSpec spec(const std::string& kind, JobWork work, JobLane lane = JobLane::project) {
    JobSpec spec;
    spec.kind = spec.title = kind;
    spec.lane = lane;
    spec.cancelled_message = "stopped";
    spec.work = std::move(work);
    return spec;
  }
  static JobSpec waits(const std::string& kind, JobLane lane = JobLane::project) {
    return spec(
        kind,
        [](JobControl& control) -> std::string {
          std::mutex mutex;
          std::condition_variable_any changed;
          std::unique_lock<std::mutex> lock(mutex);
          changed.wait(lock, control.stop(), [] { return false; });
          throw Stopped();
        },
        lane);
  }
  static JobSpec quick(const std::string& kind) {
    return spec(kind, [](JobControl&) { return "fine"; });
  }

  JobStatus wait_for(std::int64_t id, State state) {
    for (int i = 0; i < 5000; ++i) {
      const auto job = runner_.find(id);
      if (job && job->state == state) return *job;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    ADD_FAILURE() << "job " << id << " does not come to state " << static_cast<int>(state);
    return {};
  }

  std::vector<State> told(std::int64_t id) {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::vector<State> states;
    for (const JobStatus& each : told_) {
      if (each.id == id) states.push_back(each.state);
    }
    return states;
  }

  HandClock clock_;
  std::mutex mutex_;
  std::vector<JobStatus> told_;
  std::atomic<int> slow_ms_ = 0;  // telling that a job waits takes this long
  JobRunner runner_{clock_, [this](const JobStatus& job) {
                      if (job.state == State::queued) std::this_thread::sleep_for(std::chrono::milliseconds(slow_ms_));
                      const std::lock_guard<std::mutex> lock(mutex_);
                      told_.push_back(job);
                    }};
};

// Who listens keeps what was told last.
TEST_F(JobRunnerTest, ThatAJobWaitsIsToldBeforeItBegins) {
  slow_ms_ = 30;
  const std::int64_t id = runner_.begin(quick("work")).id;
  wait_for(id, State::done);
  runner_.stop();
  EXPECT_THAT(told(id), ElementsAre(State::queued, State::running, State::done));
}

TEST_F(JobRunnerTest, AJobRunsAndTellsHowItEnded) {
  const std::int64_t id = runner_
                              .begin(spec("work",
                                          [&](JobControl& control) {
                                            control.progress(1, 4);
                                            clock_.pass(3000);
                                            control.progress(2, 4);
                                            control.log("one passed over");
                                            control.result(ClassesResult{{}, {"a"}});
                                            return "all done";
                                          }))
                              .id;
  const JobStatus job = wait_for(id, State::done);
  EXPECT_EQ(job.message, "all done");
  EXPECT_EQ(job.done, 2u);
  EXPECT_EQ(job.total, 4u);
  EXPECT_EQ(job.seconds, 3);
  EXPECT_EQ(job.left_s, 0);
  EXPECT_THAT(job.log, ElementsAre("one passed over"));
  ASSERT_NE(runner_.result(id), nullptr);
  EXPECT_THAT(std::get<ClassesResult>(*runner_.result(id)).classes, ElementsAre("a"));
  runner_.stop();
  EXPECT_THAT(told(id), ElementsAre(State::queued, State::running, State::running, State::done))
      << "of two reports at one time the second waits";
}

TEST_F(JobRunnerTest, WhatIsLeftIsReckonedFromWhatIsDone) {
  std::atomic<bool> go = false;
  const std::int64_t id = runner_
                              .begin(spec("work",
                                          [&](JobControl& control) {
                                            clock_.pass(10'000);
                                            control.progress(5, 20);
                                            go.wait(false);
                                            control.progress(6, 20, 7);
                                            go = false;
                                            go.notify_all();
                                            go.wait(false);
                                            return "";
                                          }))
                              .id;
  while (runner_.find(id)->done < 5) std::this_thread::yield();
  EXPECT_EQ(runner_.find(id)->left_s, 30);
  go = true;
  go.notify_all();
  while (runner_.find(id)->done < 6) std::this_thread::yield();
  EXPECT_EQ(runner_.find(id)->left_s, 7) << "the work knows better";
  go.wait(true);
  go = true;
  go.notify_all();
  wait_for(id, State::done);
}

TEST_F(JobRunnerTest, JobsOfALaneFollowOneAnother) {
  const std::int64_t first = runner_.begin(waits("first")).id;
  const std::int64_t second = runner_.begin(quick("second")).id;
  wait_for(first, State::running);
  const std::int64_t beside = runner_.begin(spec("beside", [](JobControl&) { return ""; }, JobLane::picture)).id;
  wait_for(beside, State::done);
  EXPECT_EQ(runner_.find(second)->state, State::queued);
  runner_.cancel(first);
  EXPECT_EQ(wait_for(first, State::cancelled).message, "stopped");
  wait_for(second, State::done);
  std::vector<std::int64_t> ids;
  for (const JobStatus& job : runner_.list()) ids.push_back(job.id);
  EXPECT_THAT(ids, ElementsAre(beside, second, first));
}

TEST_F(JobRunnerTest, WhatWaitsIsCancelledAtOnce) {
  const std::int64_t first = runner_.begin(waits("first")).id;
  const std::int64_t second = runner_.begin(quick("second")).id;
  runner_.cancel(second);
  EXPECT_EQ(runner_.find(second)->state, State::cancelled);
  EXPECT_FALSE(runner_.remove(first)) << "it has not ended";
  EXPECT_TRUE(runner_.remove(second));
  EXPECT_EQ(runner_.find(second), std::nullopt);
  EXPECT_TRUE(runner_.remove(77));
  runner_.cancel(77);
  runner_.cancel(first);
  wait_for(first, State::cancelled);
}

TEST_F(JobRunnerTest, AFailureIsToldByItsText) {
  const std::int64_t failing =
      runner_.begin(spec("f", [](JobControl&) -> std::string { throw std::runtime_error("the disk is full"); })).id;
  EXPECT_EQ(wait_for(failing, State::failed).message, "the disk is full");
  const std::int64_t hungry = runner_.begin(spec("h", [](JobControl&) -> std::string { throw std::bad_alloc(); })).id;
  EXPECT_EQ(wait_for(hungry, State::failed).message, "there was not enough memory for it");
  EXPECT_EQ(runner_.result(hungry), nullptr);
}

TEST_F(JobRunnerTest, TheLastFiftyAreKeptAndFewLargeResults) {
  std::int64_t last = 0;
  for (int i = 0; i < 60; ++i) {
    JobSpec large = spec("large", [](JobControl& control) {
      control.result(ClassesResult{});
      return "";
    });
    large.has_large_result = true;
    last = runner_.begin(std::move(large)).id;
    wait_for(last, State::done);
  }
  EXPECT_EQ(runner_.list().size(), JobRunner::most_ended);
  std::size_t results = 0;
  for (const JobStatus& job : runner_.list()) results += runner_.result(job.id) ? 1 : 0;
  EXPECT_EQ(results, JobRunner::most_large_results);
  EXPECT_NE(runner_.result(last), nullptr);
}

TEST_F(JobRunnerTest, TooManyAreRefused) {
  for (int i = 0; i < 1000; ++i) {
    try {
      runner_.begin(waits("one more"));
    } catch (const JobRefused& error) {
      EXPECT_LE(static_cast<std::size_t>(i), JobRunner::most_waiting + 1);
      return;
    }
  }
  ADD_FAILURE() << "any number is taken";
}

TEST_F(JobRunnerTest, TheLogIsBounded) {
  const std::int64_t id = runner_
                              .begin(spec("talks",
                                          [](JobControl& control) {
                                            for (int i = 0; i < 1000; ++i) control.log(std::to_string(i));
                                            return "";
                                          }))
                              .id;
  const JobStatus job = wait_for(id, State::done);
  EXPECT_EQ(job.log.size(), JobRunner::most_log_lines);
  EXPECT_EQ(job.log.back(), "999");
}

TEST_F(JobRunnerTest, StoppingEndsAllOfThem) {
  const std::int64_t first = runner_.begin(waits("first")).id;
  const std::int64_t beside = runner_.begin(waits("beside", JobLane::picture)).id;
  const std::int64_t second = runner_.begin(waits("second")).id;
  wait_for(first, State::running);
  runner_.stop();
  for (const std::int64_t id : {first, beside, second}) EXPECT_EQ(runner_.find(id)->state, State::cancelled);
  EXPECT_THROW(runner_.begin(quick("late")), JobRefused);
}

TEST_F(JobRunnerTest, ManyThreadsAtOnce) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        try {
          const std::int64_t id = runner_.begin(t % 2 == 0 ? quick("q") : waits("w", JobLane::picture)).id;
          runner_.list();
          runner_.cancel(id);
          runner_.remove(id);
        } catch (const JobRefused&) {
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  runner_.stop();
  for (const JobStatus& job : runner_.list()) EXPECT_TRUE(job.has_ended());
}

}  // namespace
}  // namespace sam
