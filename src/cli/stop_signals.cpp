#include "cli/stop_signals.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <system_error>

#include "cli/program.h"

namespace sam {
namespace {

constexpr int orderly_stop_ms = 1500;
constexpr int no_signal = 0;

void say(std::string_view line) {
  if (::write(STDERR_FILENO, line.data(), line.size()) < 0) errno = 0;
}

// No destructors, no exit handlers: they could wait for the very thread that does not end.
[[noreturn]] void end_now(std::string_view line, int status) {
  say(line);
  ::_exit(status);
}

UniqueDescriptor checked(int descriptor) {
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), "cannot wait for signals");
  return UniqueDescriptor(descriptor);
}

}  // namespace

StopSignals::StopSignals(const StopWords& words) : words_(words) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  signals_ = checked(::signalfd(-1, &signals, SFD_CLOEXEC));
  end_ = checked(::eventfd(0, EFD_CLOEXEC));
  pthread_sigmask(SIG_BLOCK, &signals, &before_);
  thread_ = std::thread([this] { watch(); });
}

StopSignals::~StopSignals() {
  const std::uint64_t one = 1;
  if (::write(end_.get(), &one, sizeof one) != sizeof one) end_now("the program could not be ended\n", exit_failed);
  thread_.join();
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void StopSignals::begin_serving() {
  MutexLock lock(mutex_);
  serving_ = true;
}

void StopSignals::ask() {
  ::kill(::getpid(), SIGTERM);
}

void StopSignals::wait() {
  MutexLock lock(mutex_);
  while (asked_ == 0) changed_.wait(mutex_);
}

int StopSignals::asked() const {
  MutexLock lock(mutex_);
  return asked_;
}

// no_signal: the time is over, or the object ends.
int StopSignals::next_signal(int timeout_ms) {
  pollfd entries[2] = {{signals_.get(), POLLIN, 0}, {end_.get(), POLLIN, 0}};
  ::poll(entries, 2, timeout_ms);
  signalfd_siginfo info{};
  if ((entries[0].revents & POLLIN) == 0) return no_signal;
  if (::read(signals_.get(), &info, sizeof info) != sizeof info) return no_signal;
  return static_cast<int>(info.ssi_signo);
}

void StopSignals::watch() {
  const int first = next_signal(-1);
  if (first == no_signal) return;
  {
    MutexLock lock(mutex_);
    if (!serving_) end_now(words_.early, stopped_by_signal + first);
    asked_ = first;
    changed_.notify_all();
  }
  const auto end_at = [&](int second) {
    end_now(words_.again_now ? words_.again_now() : words_.again, stopped_by_signal + second);
  };
  int second = next_signal(orderly_stop_ms);
  if (second != no_signal) end_at(second);
  pollfd ended{end_.get(), POLLIN, 0};
  if (::poll(&ended, 1, 0) > 0) return;
  if (words_.late_is_end) end_now(words_.late, words_.late_is_failure ? stopped_by_signal + first : exit_done);
  say(words_.late);
  second = next_signal(-1);
  if (second != no_signal) end_at(second);
}

}  // namespace sam
