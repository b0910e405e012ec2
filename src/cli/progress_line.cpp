#include "cli/progress_line.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace sam {
namespace {

constexpr int bar_width = 30;
constexpr std::chrono::milliseconds terminal_period{200};
constexpr std::chrono::seconds other_period{10};
constexpr const char* erase_line = "\r\033[K";

}  // namespace

std::string duration_text(double seconds) {
  const auto whole = static_cast<long long>(seconds + 0.5);
  if (whole < 60) return std::to_string(whole) + " s";
  const long long minutes = (whole + 30) / 60;
  if (minutes < 60) return std::to_string(minutes) + " min";
  return std::to_string(minutes / 60) + " h " + std::to_string(minutes % 60) + " min";
}

std::string progress_text(const ShownProgress& progress, int width) {
  std::string text;
  if (width > 0) {
    const double share =
        progress.total > 0 ? static_cast<double>(progress.done) / static_cast<double>(progress.total) : 1;
    const auto full = static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * width);
    text = '[' + std::string(full, '#') + std::string(static_cast<std::size_t>(width) - full, '-') + "] ";
  }
  text += std::to_string(progress.done) + " of " + std::to_string(progress.total);
  if (progress.per_s > 0) {
    char rate[32];
    std::snprintf(rate, sizeof rate, ", %.*f/s", progress.per_s < 10 ? 2 : 0, progress.per_s);
    text += rate;
  }
  if (progress.left_s > 0) text += ", " + duration_text(progress.left_s) + " left";
  return text;
}

ProgressLine::ProgressLine() : is_terminal_(::isatty(STDERR_FILENO) == 1) {
  const MutexLock lock(mutex_);
  next_ = std::chrono::steady_clock::now() + (is_terminal_ ? terminal_period : other_period);
}

void ProgressLine::show(const ShownProgress& progress) {
  const auto now = std::chrono::steady_clock::now();
  const MutexLock lock(mutex_);
  if (now < next_) return;
  next_ = now + (is_terminal_ ? terminal_period : other_period);
  if (is_terminal_) {
    write(erase_line + progress_text(progress, bar_width));
    drawn_ = true;
  } else {
    write(progress_text(progress, 0) + '\n');
  }
}

void ProgressLine::print(const std::string& line) {
  const MutexLock lock(mutex_);
  write((drawn_ ? erase_line : "") + line + '\n');
  drawn_ = false;
}

void ProgressLine::clear() {
  const MutexLock lock(mutex_);
  if (drawn_) write(erase_line);
  drawn_ = false;
}

void ProgressLine::write(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

}  // namespace sam
