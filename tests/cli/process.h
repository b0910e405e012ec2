// Runs the program as a user's shell does, and collects what it printed.
#pragma once

#include <string>
#include <vector>

namespace sam {

struct ProcessResult {
  int status = -1;  // exit status; -signal if it was killed
  std::string out;
  std::string err;
};

// environment: "NAME=value" entries on top of this process's own.
ProcessResult run_process(const std::vector<std::string>& arguments, const std::vector<std::string>& environment = {});

// A process that goes on; stopped by a signal.
class BackgroundProcess {
 public:
  BackgroundProcess(const std::vector<std::string>& arguments, const std::vector<std::string>& environment = {});
  ~BackgroundProcess();
  BackgroundProcess(const BackgroundProcess&) = delete;
  BackgroundProcess& operator=(const BackgroundProcess&) = delete;

  int pid() const { return pid_; }
  // What it has printed on stdout once `text` appeared; empty if it ended or 20 s passed before.
  std::string wait_for(const std::string& text);
  // Sends the signal and waits for the end.
  ProcessResult stop(int signal);

 private:
  int pid_ = -1;
  int out_ = -1;
  std::string printed_;
};

}  // namespace sam
