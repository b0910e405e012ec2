#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>
#include <thread>

#include "cli/known_models.h"
#include "cli/predictor_options.h"
#include "cli/probes.h"
#include "inference/engines.h"
#include "memory/memory_info.h"

namespace sam {
namespace {

// Prints findings; remembers whether one of them stops the program from working.
class Examination {
 public:
  void section(const std::string& name) { std::cout << '\n' << name << '\n'; }
  void fine(const std::string& text) { std::cout << "  ok       " << text << '\n'; }
  void note(const std::string& text) { std::cout << "  note     " << text << '\n'; }
  void problem(const std::string& text) {
    std::cout << "  PROBLEM  " << text << '\n';
    healthy_ = false;
  }
  bool healthy() const { return healthy_; }

 private:
  bool healthy_ = true;
};

void examine_engines(Examination& out) {
  out.section("Engines");
  for (const EngineReport& engine : report_engines()) {
    if (!engine.problem.empty()) {
      out.note(engine.name + ": " + engine.problem);
      continue;
    }
    out.fine(engine.name + " " + engine.version);
    for (const std::string& device : engine.devices) out.fine("  " + device);
  }
}

void examine_memory(Examination& out, Program& program) {
  out.section("Memory and devices");
  const MachineProbes machine = make_machine_probes(program, nullptr);
  if (const auto reading = machine.host->read()) {
    out.fine("host memory (" + reading->source + "): " + memory_info(*reading).formatted);
    if (reading->total_bytes < (std::uint64_t{2} << 30))
      out.note("under 2 GB: use a small model (MobileSAM) and --max-image-size 2048");
  } else {
    out.problem("the memory of this machine cannot be read: /proc/meminfo is missing or unreadable; mount /proc");
  }
  for (const auto& card : machine.devices.probes)
    out.fine(card->domain() + " " + card->name() + ": " + safe_get_memory_info(card.get()).formatted);
  if (machine.devices.probes.empty())
    out.note("no NVIDIA card (" + machine.devices.why_none + "); predictions run on the CPU");
}

void examine_limits(Examination& out, Program& program) {
  out.section("Limits");
  out.fine("processors: " + std::to_string(std::thread::hardware_concurrency()));
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    const std::string text = "open files: " + std::to_string(files.rlim_cur);
    if (files.rlim_cur < 256)
      out.problem(text + "; raise it: ulimit -n 1024");
    else
      out.fine(text);
  }
  rlimit address{};
  if (getrlimit(RLIMIT_AS, &address) == 0 && address.rlim_cur != RLIM_INFINITY)
    out.note("address space is limited (ulimit -v) to " + std::to_string(address.rlim_cur >> 20) +
             " MiB; engines may fail to start");
  out.fine("largest picture: 500 MP (--max-image-pixels)");
  out.fine("models by name in " + data_folder(program.environment).string());
  const std::filesystem::path cache = cache_folder(program.environment);
  std::error_code error;
  std::filesystem::create_directories(cache, error);
  const auto space = std::filesystem::space(cache, error);
  if (error) {
    out.problem("cache folder " + cache.string() + " cannot be made: " + error.message() + "; set SAM_CACHE_DIR");
  } else {
    out.fine("cache in " + cache.string() + " (" + std::to_string(space.available >> 30) + " GB free)");
  }
}

// What the dynamic linker really loaded: two libraries of one SONAME are a classic trap.
void examine_libraries(Examination& out) {
  out.section("Libraries loaded");
  std::ifstream maps("/proc/self/maps");
  std::set<std::string> seen;
  for (std::string line; std::getline(maps, line);) {
    const std::size_t slash = line.find('/');
    if (slash == std::string::npos) continue;
    const std::string path = line.substr(slash);
    for (const char* name : {"libopenvino", "libtbb.", "libvips.", "libopencv_", "libonnxruntime", "libsqlite3",
                             "libnvidia-ml", "libcpp-httplib"}) {
      if (std::filesystem::path(path).filename().string().starts_with(name) && seen.insert(path).second) out.fine(path);
    }
  }
}

void examine_models(Examination& out, Program& program) {
  out.section("Models");
  if (!built_in_model(program)) out.problem(built_in_is_missing(program));
  const std::vector<NamedModel> models = known_models(program);
  for (const NamedModel& model : models) {
    PredictorOptions options;
    options.model = model.name;
    options.device = "cpu";
    try {
      const Engine engine = make_engine(options, program);
      if (engine.parts.predictor)
        out.fine(model.name + ": " + engine.describe());
      else
        out.problem(model.name + ": " + engine.describe() + "; see sam-annotator memory, or use --model grabcut");
    } catch (const std::exception& error) {
      out.problem(model.name + ": " + error.what());
    }
  }
  out.fine("grabcut: needs no file");
  if (std::none_of(models.begin(), models.end(), [](const NamedModel& m) { return m.name != built_in_name; }))
    out.note(
        "no SAM model is kept by name; make one with samexporter (see README), then: sam-annotator models add NAME "
        "ENCODER DECODER");
}

int run_doctor(Program& program) {
  Examination out;
  std::cout << "sam-annotator " SAM_VERSION << '\n';
  examine_engines(out);
  examine_memory(out, program);
  examine_limits(out, program);
  examine_models(out, program);
  examine_libraries(out);
  std::cout << (out.healthy() ? "\nEverything needed is there.\n" : "\nSomething needs mending: see PROBLEM above.\n");
  return out.healthy() ? exit_done : exit_failed;
}

}  // namespace

void add_doctor_command(CLI::App& root, Program& program) {
  CLI::App* command = root.add_subcommand(
      "doctor", "examines engines, devices, limits, libraries and models; says what is missing and how to get it");
  command->callback([&program] { program.run = [&program] { return run_doctor(program); }; });
}

}  // namespace sam
