// Walking an operation's failure points: something is made to fail at its first point, its second … until nothing fails any more. Each time the
// operation must end as its scene says it may, its next try must succeed, and once the scene has gone nothing may be held of it.
// Threading: one walk at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sam {

// What one point is tried on; made anew for each.
class Scene {
 public:
  virtual ~Scene() = default;
  // The operation. Throws what it may throw.
  virtual void run() = 0;
  // After run() and unarmed: whatever must hold now, and the next operation, which must succeed. failed: run() threw.
  virtual void after(bool failed) = 0;
  // Whether run() may end with the exception now in flight; asked inside the catch block.
  virtual bool may_end_with(const std::exception& error) const = 0;
};
using MakeScene = std::function<std::unique_ptr<Scene>()>;

// What fails.
struct Injector {
  std::uint64_t stride = 1;  // from one point to the next: those that fail in a row are not begun with again
  std::function<void(std::uint64_t nth)> arm;
  struct Report {
    std::uint64_t points = 0;
    bool reached = false;  // there was an nth
    bool fired = false;    // and it failed; else it was spared
  };
  std::function<Report()> disarm;
  std::function<std::string()> describe;  // of the last failure, for people
};
// Allocations of this process; so many in a row fail.
Injector failing_heap(std::uint64_t in_a_row);

struct WalkOptions {
  bool follow_blocks = true;  // that nothing is held afterwards
};

// Every point. Reports failures to GoogleTest, at most a few a walk.
void walk(const std::string& operation, const Injector& injector, const MakeScene& make,
          const WalkOptions& options = {});

// Counts for the table that is printed when the program ends.
struct WalkCounts {
  std::uint64_t points = 0;
  std::uint64_t spared = 0;    // not among the points (failing_heap.h)
  std::uint64_t results = 0;   // the operation succeeded nevertheless
  std::uint64_t refusals = 0;  // it ended with an error that it may end with
  double seconds = 0;
};
void count_walk(const std::string& operation, const WalkCounts& counts);

// Ends the program with a message when it is not fed for 20 s: something holds a lock, or a thread has gone.
class Watchdog {
 public:
  explicit Watchdog(std::string doing);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;
  void feed(std::uint64_t point);

 private:
  class Body;
  std::unique_ptr<Body> body_;
};

}  // namespace sam
