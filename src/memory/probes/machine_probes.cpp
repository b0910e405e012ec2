#include "memory/probes/machine_probes.h"

#include <spdlog/spdlog.h>

#include "memory/probes/host_probe.h"
#include "memory/probes/scripted_probe.h"

namespace sam {
namespace {

constexpr std::uint64_t max_script_bytes = 4 << 20;

MemoryScript read_script(const std::string& file, FileSystem& files) {
  std::optional<std::string> text;
  try {
    text = files.read(file, max_script_bytes);
  } catch (const FileError& error) {
    throw MemoryScriptError(std::string("SAM_MEMORY_SCRIPT: ") + error.what());
  }
  if (!text) throw MemoryScriptError("SAM_MEMORY_SCRIPT: " + file + " does not exist");
  return parse_memory_script(*text, file);
}

}  // namespace

MachineProbes make_machine_probes(const DeviceProbeOptions& options, const std::optional<std::string>& script_file,
                                  FileSystem& files, const Clock& clock) {
  MachineProbes machine;
  if (script_file && !script_file->empty()) {
    for (auto& probe : make_scripted_probes(read_script(*script_file, files), clock)) {
      if (probe->domain() == "host")
        machine.host = std::move(probe);
      else
        machine.devices.probes.push_back(std::move(probe));
    }
    machine.scripted_host = machine.host != nullptr;
    machine.scripted_devices = !machine.devices.probes.empty();
    spdlog::info("memory is read from the script {}", *script_file);
  }
  if (!machine.host)
    machine.host = std::make_unique<HostProbe>(read_text_files(),
                                               [](const std::string& sentence) { spdlog::warn("{}", sentence); });
  if (!machine.scripted_devices) machine.devices = make_device_probes(options);
  return machine;
}

}  // namespace sam
