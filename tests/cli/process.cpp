#include "cli/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

extern char** environ;

namespace sam {
namespace {

int spawn(const std::vector<std::string>& arguments, const std::vector<std::string>& environment, int out, int err) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  std::vector<char*> env;
  for (const std::string& entry : environment) env.push_back(const_cast<char*>(entry.c_str()));
  for (char** entry = environ; *entry != nullptr; ++entry) env.push_back(*entry);
  env.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out, 1);
  posix_spawn_file_actions_adddup2(&actions, err, 2);
  pid_t pid = -1;
  const int error = posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), env.data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::runtime_error("cannot start " + arguments[0]);
  return pid;
}

int wait_for_end(int pid) {
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

// A temporary file's descriptor and what was written to it.
class Capture {
 public:
  Capture() {
    char name[] = "/tmp/sam-cli-XXXXXX";
    descriptor_ = mkostemp(name, O_CLOEXEC);
    unlink(name);
  }
  ~Capture() { close(descriptor_); }
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;
  int descriptor() const { return descriptor_; }
  std::string text() const {
    std::string text;
    std::array<char, 4096> piece{};
    off_t offset = 0;
    while (true) {
      const ssize_t count = pread(descriptor_, piece.data(), piece.size(), offset);
      if (count <= 0) return text;
      text.append(piece.data(), static_cast<std::size_t>(count));
      offset += count;
    }
  }

 private:
  int descriptor_ = -1;
};

}  // namespace

ProcessResult run_process(const std::vector<std::string>& arguments, const std::vector<std::string>& environment) {
  const Capture out, err;
  const int pid = spawn(arguments, environment, out.descriptor(), err.descriptor());
  ProcessResult result;
  result.status = wait_for_end(pid);
  result.out = out.text();
  result.err = err.text();
  return result;
}

BackgroundProcess::BackgroundProcess(const std::vector<std::string>& arguments,
                                     const std::vector<std::string>& environment) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  out_ = ends[0];
  pid_ = spawn(arguments, environment, ends[1], 2);
  close(ends[1]);
}

BackgroundProcess::~BackgroundProcess() {
  if (pid_ > 0) stop(SIGKILL);
  close(out_);
}

std::string BackgroundProcess::wait_for(const std::string& text) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (printed_.find(text) == std::string::npos && std::chrono::steady_clock::now() < end) {
    pollfd ready{out_, POLLIN, 0};
    if (poll(&ready, 1, 100) <= 0) continue;
    std::array<char, 4096> piece{};
    const ssize_t count = read(out_, piece.data(), piece.size());
    if (count <= 0) return "";
    printed_.append(piece.data(), static_cast<std::size_t>(count));
  }
  return printed_.find(text) == std::string::npos ? "" : printed_;
}

ProcessResult BackgroundProcess::stop(int signal) {
  kill(pid_, signal);
  ProcessResult result;
  result.status = wait_for_end(pid_);
  fcntl(out_, F_SETFL, O_NONBLOCK);  // a child of its own may still hold the other end
  char buffer[4096];
  for (ssize_t count = read(out_, buffer, sizeof buffer); count > 0; count = read(out_, buffer, sizeof buffer))
    printed_.append(buffer, static_cast<std::size_t>(count));
  result.out = printed_;
  pid_ = -1;
  return result;
}

}  // namespace sam
