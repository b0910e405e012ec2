// What every subcommand is given: the real clock, file system and environment, and what it must return to main.
// The composition root: objects are made here and in the subcommands, and nowhere else.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <stdexcept>
#include <string>

#include "platform/clock.h"
#include "platform/dry_run_files.h"
#include "platform/file_system.h"
#include "settings/folders.h"

namespace sam {

inline constexpr int exit_done = 0;
inline constexpr int exit_failed = 1;
inline constexpr int exit_wrong_usage = 2;
inline constexpr int stopped_by_signal = 128;  // plus the signal's number, as shells say it

// Arguments that parse but make no sense together; exits with exit_wrong_usage.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// An orderly stop at a signal: what became of the work; exits with status().
class StoppedBySignal : public std::runtime_error {
 public:
  StoppedBySignal(const std::string& what, int signal)
      : std::runtime_error(what), status_(stopped_by_signal + signal) {}
  int status() const { return status_; }

 private:
  int status_;
};

struct Program {
  SystemClock clock;
  PosixFileSystem files;
  DryRunFiles dry_run_files{files};
  Environment environment = process_environment();
  std::function<int()> run;       // set by the subcommand that was named
  bool has_printed_json = false;  // an error is told by that JSON, or before it was whole: main prints no other
};

// Each adds a subcommand (annotate: to the root as well, since it is the default).
void add_annotate_command(CLI::App& root, Program& program);
void add_segment_command(CLI::App& root, Program& program);
void add_export_command(CLI::App& root, Program& program);
void add_import_command(CLI::App& root, Program& program);
void add_convert_command(CLI::App& root, Program& program);
void add_autolabel_command(CLI::App& root, Program& program);
void add_merge_command(CLI::App& root, Program& program);
void add_validate_command(CLI::App& root, Program& program);
void add_stats_command(CLI::App& root, Program& program);
void add_split_command(CLI::App& root, Program& program);
void add_rename_class_command(CLI::App& root, Program& program);
void add_formats_command(CLI::App& root, Program& program);
void add_models_command(CLI::App& root, Program& program);
void add_memory_command(CLI::App& root, Program& program);
void add_cache_command(CLI::App& root, Program& program);
void add_embed_command(CLI::App& root, Program& program);
void add_doctor_command(CLI::App& root, Program& program);
void add_restore_command(CLI::App& root, Program& program);
void add_worker_command(CLI::App& root, Program& program);

}  // namespace sam
