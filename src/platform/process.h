// Starting and ending a child process.
// Threading: free functions, safe from any thread.
#pragma once

#include <filesystem>
#include <span>
#include <string>

namespace sam {

// The number under which a child finds the descriptor it was given.
constexpr int kChildDescriptor = 3;

// Starts program with arguments (without argv[0]) and the caller's environment. The child has stdin from /dev/null, our stdout and stderr,
// `descriptor` as kChildDescriptor and nothing else open; its own process group, so that Ctrl+C at a terminal reaches only us; default
// signal handling. Returns its id, to be given to wait_for_process once. Throws std::system_error naming program.
int start_process(const std::filesystem::path& program, std::span<const std::string> arguments, int descriptor);

// The executable that runs now, links followed. Throws std::filesystem::filesystem_error where /proc is not mounted.
std::filesystem::path program_file();

struct ProcessEnd {
  bool signalled = false;
  int number = 0;  // of the signal, or the exit status
};

// Waits until the child has ended, and frees its id.
ProcessEnd wait_for_process(int pid);

// For a worker, at its start: when the thread that started it ends, so does it (SIGKILL). It shows up under name (15 characters) and is the
// kernel's first choice when memory runs out (oom_score_adj 1000). What the system refuses is left as it is.
void become_expendable(const char* name);

}  // namespace sam
