#include "cli/memory_flags.h"

#include <spdlog/spdlog.h>

namespace sam {

void add_memory_flags(CLI::App& app, MemoryFlags& flags) {
  const char* group = "Memory";
  app.add_option("--config", flags.config,
                 "settings file (default: ~/.config/sam-annotator/config.toml, if it is there)")
      ->group(group);
  for (const MemorySetting& setting : memory_settings_table()) {
    const std::string flag = setting.flag;
    app.add_option_function<std::string>(
           flag, [&flags, flag](const std::string& text) { flags.given.emplace_back(flag, text); },
           std::string(setting.help) + "; " + allowed_range(setting) + " (" + setting.variable + ")")
        ->type_name("VALUE")
        ->group(group);
  }
}

MemorySettings read_memory_settings(const MemoryFlags& flags, Program& program) {
  SettingsInput input;
  input.environment = program.environment;
  input.config_file = flags.config;
  input.flags = flags.given;
  input.variables = process_variables("SAM_");
  try {
    MemorySettings settings = read_memory_settings(input, program.files);
    for (const std::string& sentence : settings.ignored) spdlog::warn("{}", sentence);
    return settings;
  } catch (const SettingsError& error) {  // also of a variable or a file: --help shows what each takes
    throw UsageError(error.what());
  }
}

void check_limits(const MemorySettings& settings, std::uint64_t host_bytes) {
  try {
    check_host_limit(settings, host_bytes);
  } catch (const SettingsError& error) {
    throw UsageError(error.what());
  }
}

}  // namespace sam
