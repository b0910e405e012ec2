#include "cli/memory_watch.h"

#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>

#include "cli/memory_bars.h"
#include "cli/shown_memory.h"

namespace sam {
namespace {

// The signals are taken between two readings, not in handlers.
class HeldSignals {
 public:
  HeldSignals() {
    sigemptyset(&set_);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGWINCH}) sigaddset(&set_, number);
    sigprocmask(SIG_BLOCK, &set_, &before_);
  }
  ~HeldSignals() { sigprocmask(SIG_SETMASK, &before_, nullptr); }
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;

  // 0 when none came in that time.
  int wait(int duration_ms) const {
    const timespec time{duration_ms / 1000, duration_ms % 1000 * 1'000'000L};
    const int number = sigtimedwait(&set_, nullptr, &time);
    return number > 0 ? number : 0;
  }

 private:
  sigset_t set_{};
  sigset_t before_{};
};

// False when nobody reads any more. Throws FileError for anything else that keeps it from being written.
bool put(const std::string& text) {
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t count = ::write(STDOUT_FILENO, text.data() + done, text.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) {
      pollfd entry{STDOUT_FILENO, POLLOUT, 0};
      ::poll(&entry, 1, -1);
      continue;
    }
    if (count < 0 && errno != EPIPE) {
      throw FileError(std::string("standard output cannot be written: ") + std::strerror(errno), errno);
    }
    if (count <= 0) return false;
    done += static_cast<std::size_t>(count);
  }
  return true;
}

winsize window_size() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) size.ws_col = 80;
  if (size.ws_row == 0) size.ws_row = 24;
  return size;
}

// Lines that stay where they are. The cursor is hidden while they are there.
class Screen {
 public:
  Screen() { put("\x1b[?25l"); }
  ~Screen() { put("\x1b[?25h"); }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  bool draw(const std::vector<ScreenLine>& lines, const winsize& size) {
    std::string text = home(size.ws_col);
    columns_.clear();
    for (const ScreenLine& line : lines) {
      if (columns_.size() + 1 >= size.ws_row) break;  // the last row is the cursor's
      text += line.text + "\x1b[K\n";
      columns_.push_back(line.columns);
    }
    return put(text + "\x1b[J");
  }

  // For a shell that takes over; what comes later is drawn below what it printed.
  void leave() {
    put("\x1b[?25h");
    columns_.clear();
  }
  void come_back() { put("\x1b[?25l"); }

 private:
  // To the first of the lines drawn before. A window made narrower broke them into more rows.
  std::string home(std::size_t width) const {
    std::size_t rows = 0;
    for (const std::size_t columns : columns_) rows += columns == 0 ? 1 : (columns + width - 1) / width;
    return rows == 0 ? "\r" : "\x1b[" + std::to_string(rows) + "A\r";
  }

  std::vector<std::size_t> columns_;  // of each line drawn
};

std::string time_text(const Clock& clock) {
  const std::time_t now = std::chrono::system_clock::to_time_t(clock.wall_now());
  std::tm local{};
  localtime_r(&now, &local);
  std::array<char, 16> text{};
  std::strftime(text.data(), text.size(), "%H:%M:%S", &local);
  return text.data();
}

// Later on the annotator may stop and start again: that is shown, and no reason to end.
ShownMemory read_or_tell(MemorySource& source) {
  try {
    return source.read();
  } catch (const std::runtime_error& error) {
    return {error.what(), 0, 0, {}};
  }
}

int watch_on_terminal(MemorySource& source, ShownMemory memory, int interval_ms, const HeldSignals& signals,
                      bool colour) {
  Screen screen;
  for (;;) {
    const winsize size = window_size();
    const std::size_t width = size.ws_col > 1 ? size.ws_col - 1U : 1U;  // a full row would break in some terminals
    if (!screen.draw(memory_screen(memory, {width, colour}), size)) return exit_done;
    const int signal = signals.wait(interval_ms);
    if (signal == SIGINT || signal == SIGTERM || signal == SIGHUP) return exit_done;
    if (signal == SIGTSTP) {
      screen.leave();
      ::raise(SIGSTOP);
      screen.come_back();
    }
    if (signal != SIGWINCH) memory = read_or_tell(source);
  }
}

int watch_in_lines(MemorySource& source, ShownMemory memory, int interval_ms, const HeldSignals& signals,
                   const Clock& clock) {
  for (;;) {
    const std::string time = time_text(clock);
    const std::string line = memory.domains.empty() ? time + " " + memory.source : memory_log_line(memory, time);
    if (!put(line + "\n")) return exit_done;
    const auto next = clock.now() + std::chrono::milliseconds(interval_ms);
    for (int signal = -1; signal != 0;) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - clock.now()).count();
      signal = signals.wait(left > 0 ? static_cast<int>(left) : 0);
      if (signal == SIGINT || signal == SIGTERM || signal == SIGHUP) return exit_done;
      if (signal == SIGTSTP) ::raise(SIGSTOP);
    }
    memory = read_or_tell(source);
  }
}

}  // namespace

int watch_memory(const MemoryWatchOptions& watch, const MemoryOptions& options,
                 const std::function<std::vector<Probe*>()>& probes, Program& program) {
  const HeldSignals signals;
  std::string url = watch.url;
  if (watch.port != 0) url = "http://127.0.0.1:" + std::to_string(watch.port);
  MemorySource source(url, probes(), options, program.clock);
  ShownMemory first = source.read();
  if (::isatty(STDOUT_FILENO) == 0) {
    return watch_in_lines(source, std::move(first), watch.interval_ms, signals, program.clock);
  }
  const bool colour = !program.environment("NO_COLOR") && program.environment("TERM") != "dumb";
  return watch_on_terminal(source, std::move(first), watch.interval_ms, signals, colour);
}

}  // namespace sam
