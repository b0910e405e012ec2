#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/memory_explain.h"
#include "cli/memory_watch.h"
#include "cli/predictor_options.h"
#include "cli/probes.h"
#include "memory/memory_report.h"

namespace sam {
namespace {

struct MemoryCommand {
  bool json = false;
  bool explain = false;
  bool watch = false;
  MemoryWatchOptions watching;
  MemoryFlags flags;
};

nlohmann::ordered_json domain_json(const DomainReport& domain) {
  return {{"domain", domain.domain},
          {"name", domain.name},
          {"source", domain.source},
          {"used", domain.info.used},
          {"total", domain.info.total},
          {"free", domain.info.free},
          {"utilization", domain.info.utilization},
          {"formatted", domain.info.formatted}};
}

void print(const MemoryReport& report, const std::string& why_no_device) {
  const auto row = [](const DomainReport& domain) {
    const std::string source = domain.readable ? ", " + domain.source : std::string();
    std::cout << domain.name << " (" << domain.domain << source << "): " << domain.info.formatted << '\n';
  };
  row(report.host);
  for (const DomainReport& device : report.devices) row(device);
  if (report.devices.empty()) std::cout << "GPU: " << cpu_memory_sentence << " (" << why_no_device << ")\n";
}

int run_memory(Program& program, const MemoryCommand& command) {
  const MemorySettings settings = read_memory_settings(command.flags, program);
  const MachineProbes machine = make_machine_probes(program, nullptr);
  std::vector<Probe*> devices;
  for (const auto& device : machine.devices.probes) devices.push_back(device.get());
  const MemoryReport report = read_memory_report(*machine.host, devices, [] { return program_bytes(nullptr); });
  check_limits(settings, report.host.info.total);
  const std::string& why_none = machine.devices.why_none;
  if (!command.json) {
    print(report, why_none);
    if (command.explain) std::cout << '\n' << explain_settings(settings, report);
    return exit_done;
  }
  nlohmann::ordered_json answer = {{"host", domain_json(report.host)}, {"devices", nlohmann::ordered_json::array()}};
  for (const DomainReport& device : report.devices) answer["devices"].push_back(domain_json(device));
  if (report.devices.empty()) answer["why_no_device"] = why_none;
  if (command.explain) answer["settings"] = settings_json(settings);
  std::cout << answer.dump(2) << '\n';
  return exit_done;
}

int run_watch(Program& program, const MemoryCommand& command) {
  const MemorySettings settings = read_memory_settings(command.flags, program);
  MachineProbes machine;
  const auto probes = [&] {
    machine = make_machine_probes(program, nullptr);
    std::vector<Probe*> all{machine.host.get()};
    for (const auto& device : machine.devices.probes) all.push_back(device.get());
    return all;
  };
  return watch_memory(command.watching, settings.options, probes, program);
}

void add_watch_options(CLI::App& command, CLI::Option* watch, MemoryWatchOptions& watching) {
  command.add_option("--interval", watching.interval_ms, "with --watch: milliseconds between two readings")
      ->needs(watch)
      ->check(CLI::Range(100, 3'600'000))
      ->capture_default_str();
  CLI::Option* port =
      command.add_option("--port", watching.port, "with --watch: of the annotator to ask; 8008 is tried anyway");
  port->needs(watch)->check(CLI::Range(1, 65535));
  command.add_option("--url", watching.url, "with --watch: of an annotator elsewhere, http://HOST:PORT")
      ->needs(watch)
      ->excludes(port);
}

}  // namespace

void add_memory_command(CLI::App& root, Program& program) {
  CLI::App* command =
      root.add_subcommand("memory", "shows the memory of this machine and its NVIDIA cards, as the program sees it");
  auto options = std::make_shared<MemoryCommand>();
  CLI::Option* json = command->add_flag("--json", options->json, "as JSON");
  CLI::Option* explain = command->add_flag("--explain", options->explain,
                                           "every setting of the memory system, its unit, and where it was set");
  CLI::Option* watch = command->add_flag("--watch", options->watch, "go on showing it until Ctrl+C");
  add_watch_options(*command, watch->excludes(json)->excludes(explain), options->watching);
  add_memory_flags(*command, options->flags);
  command->callback([&program, options] {
    program.run = [&program, options] {
      return options->watch ? run_watch(program, *options) : run_memory(program, *options);
    };
  });
}

}  // namespace sam
