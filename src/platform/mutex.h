// A mutex that clang's thread-safety analysis understands; each says what it guards with SAM_GUARDED_BY.
// https://clang.llvm.org/docs/ThreadSafetyAnalysis.html
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define SAM_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define SAM_THREAD_ATTRIBUTE(x)
#endif

#define SAM_GUARDED_BY(m) SAM_THREAD_ATTRIBUTE(guarded_by(m))
#define SAM_REQUIRES(...) SAM_THREAD_ATTRIBUTE(requires_capability(__VA_ARGS__))
#define SAM_EXCLUDES(...) SAM_THREAD_ATTRIBUTE(locks_excluded(__VA_ARGS__))

namespace sam {

class SAM_THREAD_ATTRIBUTE(capability("mutex")) Mutex {
 public:
  void lock() SAM_THREAD_ATTRIBUTE(acquire_capability()) { mutex_.lock(); }
  void unlock() SAM_THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }

 private:
  friend class Condition;
  std::mutex mutex_;
};

class SAM_THREAD_ATTRIBUTE(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) SAM_THREAD_ATTRIBUTE(acquire_capability(mutex)) : mutex_(mutex) { mutex_.lock(); }
  ~MutexLock() SAM_THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// Waits may wake without cause: test in a loop (a lambda would hide the guarded reads from the analysis).
class Condition {
 public:
  void wait(Mutex& mutex) SAM_REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    condition_.wait(lock);
    lock.release();
  }
  void wait_for(Mutex& mutex, std::chrono::milliseconds duration) SAM_REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    condition_.wait_for(lock, duration);
    lock.release();
  }
  void notify_one() { condition_.notify_one(); }
  void notify_all() { condition_.notify_all(); }

 private:
  std::condition_variable condition_;
};

}  // namespace sam
