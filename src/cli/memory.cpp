#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/predictor_options.h"
#include "memory/memory_report.h"
#include "memory/probes/host_probe.h"
#include "memory/probes/nvml_probe.h"

namespace sam {
namespace {

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
    std::cout << domain.name << " (" << domain.domain << ", " << domain.source << "): " << domain.info.formatted
              << '\n';
  };
  row(report.host);
  for (const DomainReport& device : report.devices) row(device);
  if (report.devices.empty()) std::cout << "GPU: " << cpu_memory_sentence << " (" << why_no_device << ")\n";
}

int run_memory(Program& program, bool json) {
  HostProbe host(read_text_files());
  NvmlOptions options;
  options.visible_devices = program.environment("CUDA_VISIBLE_DEVICES");
  std::string why_none;
  const auto cards = make_nvml_probes(options, &why_none);
  std::vector<Probe*> devices;
  for (const auto& card : cards) devices.push_back(card.get());
  const MemoryReport report = read_memory_report(host, devices, [] { return program_bytes(nullptr); });
  if (!json) {
    print(report, why_none);
    return exit_done;
  }
  nlohmann::ordered_json answer = {{"host", domain_json(report.host)}, {"devices", nlohmann::ordered_json::array()}};
  for (const DomainReport& device : report.devices) answer["devices"].push_back(domain_json(device));
  if (report.devices.empty()) answer["why_no_device"] = why_none;
  std::cout << answer.dump(2) << '\n';
  return exit_done;
}

}  // namespace

void add_memory_command(CLI::App& root, Program& program) {
  CLI::App* command =
      root.add_subcommand("memory", "shows the memory of this machine and its NVIDIA cards, as the program sees it");
  auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "as JSON");
  command->callback([&program, json] { program.run = [&program, json] { return run_memory(program, *json); }; });
}

}  // namespace sam
