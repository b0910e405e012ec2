#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string_view>

#include "cli/program.h"
#include "image/decode.h"
#include "platform/heap.h"

namespace sam {
namespace {

// Errors are one line on stderr: what, why, what to do.
int report(const std::string& what, int status) {
  std::string line = what;
  for (char& c : line) {
    if (c == '\n') c = ' ';
  }
  std::cerr << "sam-annotator: " << line << '\n';
  return status;
}

// Those whose standard output is one JSON value, or none.
constexpr std::string_view dataset_commands[] = {"export", "import", "convert",      "autolabel", "merge",  "validate",
                                                 "stats",  "split",  "rename-class", "restore",   "formats"};

// Also where the arguments could not be parsed.
bool is_json_asked(const CLI::App& root, int argc, char** argv) {
  const auto named = root.get_subcommands();
  if (named.empty()) return false;
  const auto* known = std::find(std::begin(dataset_commands), std::end(dataset_commands), named.front()->get_name());
  return known != std::end(dataset_commands) &&
         std::any_of(argv, argv + argc, [](const char* each) { return std::string_view(each) == "--json"; });
}

// Who reads standard output as JSON gets some.
int report_also_as_json(const std::string& what, int status) {
  using nlohmann::json;
  std::cout << json{{"error", what}}.dump(-1, ' ', false, json::error_handler_t::replace) << std::endl;
  return report(what, status);
}

// What a command printed must have arrived: a script goes on with it.
int with_output(int status) {
  errno = 0;
  std::cout.flush();
  if (std::cout.good() || errno == EPIPE) return status;  // a reader that has seen enough is no error
  const std::string why = errno != 0 ? std::string(": ") + std::strerror(errno) : "";
  return report("standard output cannot be written" + why + "; make room there, or print elsewhere", exit_failed);
}

std::string usage_hint(const CLI::App& root) {
  const auto named = root.get_subcommands();
  return "; see sam-annotator " + (named.empty() ? std::string() : named.front()->get_name() + " ") + "--help";
}

void set_up_log() {
  auto log = spdlog::stderr_color_mt("sam-annotator");
  log->set_pattern("%H:%M:%S %^%l%$ %v");
  spdlog::set_default_logger(log);
}

void add_commands(CLI::App& root, Program& program) {
  root.set_version_flag("--version", "sam-annotator " SAM_VERSION);
  root.require_subcommand(0, 1);
  add_annotate_command(root, program);
  add_segment_command(root, program);
  add_embed_command(root, program);
  add_export_command(root, program);
  add_import_command(root, program);
  add_convert_command(root, program);
  add_autolabel_command(root, program);
  add_merge_command(root, program);
  add_validate_command(root, program);
  add_stats_command(root, program);
  add_split_command(root, program);
  add_rename_class_command(root, program);
  add_formats_command(root, program);
  add_models_command(root, program);
  add_memory_command(root, program);
  add_cache_command(root, program);
  add_doctor_command(root, program);
  add_restore_command(root, program);
  add_worker_command(root, program);
}

int run(int argc, char** argv) {
  return_freed_blocks();
  Program program;
  CLI::App root(
      "SAM Annotator: turns photos into labelled masks with a click or a box, within the memory you have.\n"
      "Without a subcommand it opens a folder of photos in a local web page (annotate).",
      "sam-annotator");
  add_commands(root, program);
  const auto fail = [&](const std::string& what, int status) {
    const bool as_json = is_json_asked(root, argc, argv) && !program.has_printed_json;
    return as_json ? report_also_as_json(what, status) : report(what, status);
  };
  try {
    root.parse(argc, argv);
    start_image_library(argv[0]);
    return with_output(program.run());
  } catch (const CLI::Success& help) {  // --help and --version
    return with_output(root.exit(help));
  } catch (const CLI::ParseError& error) {
    return fail(error.what() + usage_hint(root), exit_wrong_usage);
  } catch (const UsageError& error) {
    return fail(error.what() + usage_hint(root), exit_wrong_usage);
  } catch (const StoppedBySignal& stop) {
    return fail(stop.what(), stop.status());
  } catch (const std::bad_alloc&) {
    return fail("out of memory; close other programs, or reduce large pictures with a lower --max-image-size",
                exit_failed);
  } catch (const std::exception& error) {
    return fail(error.what(), exit_failed);
  }
}

}  // namespace
}  // namespace sam

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a closed connection is an error of that write, not the end of the program
  sam::set_up_log();
  return sam::run(argc, argv);
}
