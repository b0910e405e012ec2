#include "faults/walk.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <utility>

#include "faults/failing_heap.h"
#include "image/decode.h"

namespace sam {
namespace {

constexpr std::chrono::seconds longest_silence{60};
constexpr int most_complaints = 3;  // a walk; its other points say the same

std::vector<std::pair<std::string, WalkCounts>>& table() {
  static std::vector<std::pair<std::string, WalkCounts>> counts;
  return counts;
}

// A crash says where it came from: the failure before it.
void say_failure(int signal) {
  disarm_heap();
  ::signal(signal, SIG_DFL);
  std::fprintf(stderr, "signal %d; the first failure:\n%s", signal, failed_call_stack().c_str());
  ::raise(signal);
}

class Surroundings final : public testing::Environment {
 public:
  void SetUp() override {
    start_image_library("faults_tests");
    auto log = spdlog::create<spdlog::sinks::null_sink_mt>("faults");  // sentences are made, and thrown away
    log->set_error_handler([](const std::string&) {});
    spdlog::set_default_logger(log);
    spare_libraries();
    for (const int signal : {SIGABRT, SIGSEGV, SIGBUS}) ::signal(signal, say_failure);
  }
  void TearDown() override {
    for (const auto& [operation, counts] : table()) {
      std::printf("walked: %-52s %5llu points: %5llu results, %5llu refusals (%llu spared), %5.1f s\n",
                  operation.c_str(), static_cast<unsigned long long>(counts.points),
                  static_cast<unsigned long long>(counts.results), static_cast<unsigned long long>(counts.refusals),
                  static_cast<unsigned long long>(counts.spared), counts.seconds);
    }
  }
};

[[maybe_unused]] const testing::Environment* const surroundings = testing::AddGlobalTestEnvironment(new Surroundings);

// Threads that just ended let go of their last blocks a moment after they were joined by what they told.
bool all_blocks_go() {
  for (int i = 0; i < 200 && followed_blocks() > 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  return followed_blocks() == 0;
}

struct Outcome {
  Injector::Report report;
  bool failed = false;
  std::string complaint;  // empty: as it should be; made within its capacity while blocks are followed
};

Outcome try_point(std::uint64_t nth, const Injector& injector, const MakeScene& make, const WalkOptions& options) {
  Outcome outcome;
  outcome.complaint.reserve(std::size_t{1} << 16);
  if (options.follow_blocks) follow_blocks();
  {
    const std::unique_ptr<Scene> scene = make();
    injector.arm(nth);
    try {
      scene->run();
      outcome.report = injector.disarm();
    } catch (const std::exception& error) {
      outcome.report = injector.disarm();
      outcome.failed = true;
      if (!scene->may_end_with(error)) outcome.complaint.append("it ended with: ").append(error.what());
    }
    const bool spared = outcome.report.reached && !outcome.report.fired;
    if (!spared) try {
        scene->after(outcome.failed);
      } catch (const std::exception& error) {
        outcome.complaint.append("; the next operation: ").append(error.what());
      }
  }
  if (options.follow_blocks && !all_blocks_go()) {
    outcome.complaint += "; held afterwards:\n" + followed_call_stacks(5);
  }
  stop_following_blocks();
  return outcome;
}

}  // namespace

Injector failing_heap(std::uint64_t in_a_row) {
  return {in_a_row, [in_a_row](std::uint64_t nth) { arm_heap({nth, in_a_row, false}); },
          [] {
            const HeapFaultReport report = disarm_heap();
            return Injector::Report{report.allocations, report.reached, report.fired};
          },
          failed_call_stack};
}

void walk(const std::string& operation, const Injector& injector, const MakeScene& make, const WalkOptions& options) {
  const auto begin = std::chrono::steady_clock::now();
  Watchdog watchdog(operation);
  for (int i = 0; i < 2; ++i) {  // what is made once for the whole program is made now
    const std::unique_ptr<Scene> scene = make();
    scene->run();
    scene->after(false);
  }
  WalkCounts counts;
  int complaints = 0;
  for (std::uint64_t nth = 1;; nth += injector.stride) {
    watchdog.feed(nth);
    const Outcome outcome = try_point(nth, injector, make, options);
    if (!outcome.complaint.empty()) {
      ADD_FAILURE() << operation << ", point " << nth << ": " << outcome.complaint << "\nThe first failure:\n"
                    << injector.describe();
      if (++complaints == most_complaints) break;
    }
    if (!outcome.report.reached) break;
    ++(outcome.report.fired ? counts.points : counts.spared);
    if (!outcome.report.fired) continue;
    ++(outcome.failed ? counts.refusals : counts.results);
  }
  counts.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  count_walk(operation, counts);
  EXPECT_GT(counts.points, 0u) << operation;
}

void count_walk(const std::string& operation, const WalkCounts& counts) {
  table().emplace_back(operation, counts);
}

class Watchdog::Body {
 public:
  explicit Body(std::string doing)
      : doing_(std::move(doing)), thread_([this](const std::stop_token& stop) { run(stop); }) {}
  void feed(std::uint64_t point) { point_ = point; }

 private:
  void run(const std::stop_token& stop) {
    std::uint64_t known = 0;
    auto since = std::chrono::steady_clock::now();
    while (!stop.stop_requested()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      const auto now = std::chrono::steady_clock::now();
      if (const std::uint64_t point = point_; point != known) {
        known = point;
        since = now;
      }
      if (now - since < longest_silence) continue;
      disarm_heap();
      std::fprintf(stderr, "%s hangs after point %llu. The first failure:\n%s", doing_.c_str(),
                   static_cast<unsigned long long>(known), failed_call_stack().c_str());
      std::abort();
    }
  }

  const std::string doing_;
  std::atomic<std::uint64_t> point_{0};
  std::jthread thread_;
};

Watchdog::Watchdog(std::string doing) : body_(std::make_unique<Body>(std::move(doing))) {}
Watchdog::~Watchdog() = default;
void Watchdog::feed(std::uint64_t point) {
  body_->feed(point);
}

}  // namespace sam
