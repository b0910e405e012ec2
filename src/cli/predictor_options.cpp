#include "cli/predictor_options.h"

#include <spdlog/spdlog.h>

#include <charconv>
#include <string_view>

#include "cli/known_models.h"
#include "inference/engines.h"
#include "platform/heap.h"
#include "platform/process_memory.h"
#include "segmentation/registry.h"

namespace sam {
namespace {

Precision precision_of(const std::string& name) {
  if (name == "bf16") return Precision::bf16;
  if (name == "f16") return Precision::f16;
  return Precision::f32;
}

// "cuda:1" → 1
std::size_t cuda_index(const std::string& device) {
  std::size_t index = 0;
  const char* end = device.data() + device.size();
  const auto [stop, error] = std::from_chars(device.data() + 5, end, index);
  if (error != std::errc() || stop != end) throw UsageError("--device " + device + ": expected auto, cpu or cuda:N");
  return index;
}

// The device that "auto" or a name means, checked against what is there.
std::string choose_device(const std::string& wanted, const std::vector<std::shared_ptr<Probe>>& cards,
                          const std::string& why_none) {
  if (wanted == "cpu") return wanted;
  const std::string missing = missing_cuda_engine();  // empty: there is one
  if (wanted == "auto") return !cards.empty() && missing.empty() ? "cuda:0" : "cpu";
  if (!wanted.starts_with("cuda:")) throw UsageError("--device " + wanted + ": expected auto, cpu or cuda:N");
  const std::size_t index = cuda_index(wanted);
  if (cards.empty())
    throw ModelError("--device " + wanted + ": no NVIDIA card to use (" + why_none + "); use --device cpu");
  if (index >= cards.size())
    throw ModelError("--device " + wanted + ": only " + std::to_string(cards.size()) +
                     " NVIDIA card(s) are visible; use cuda:0 to cuda:" + std::to_string(cards.size() - 1));
  if (!missing.empty()) throw ModelError("--device " + wanted + ": " + missing);
  return wanted;
}

struct ModelFiles {
  std::string name;   // for people
  std::string title;  // see make_sam_predictor
  std::filesystem::path encoder;
  std::filesystem::path decoder;
};

// "mobile_sam.encoder.onnx" → "mobile_sam"
std::string name_of(const std::filesystem::path& encoder) {
  std::string name = encoder.filename().string();
  for (const char* end : {".onnx", ".encoder", "_encoder"}) {
    if (name.ends_with(end) && name != end) name.resize(name.size() - std::string_view(end).size());
  }
  return name;
}

ModelFiles choose_files(const PredictorOptions& options, Program& program) {
  if (options.encoder.empty() != options.decoder.empty())
    throw UsageError("--encoder and --decoder belong together; give both");
  if (!options.encoder.empty()) {
    if (!options.model.empty())
      throw UsageError("--model and --encoder/--decoder contradict each other; give one of them");
    return {name_of(options.encoder), {}, options.encoder, options.decoder};
  }
  if (options.model == grabcut_name) return {};
  const bool asked = !options.model.empty();
  if (!asked || options.model == built_in_name) {
    if (const auto model = built_in_model(program))
      return {std::string(built_in_title), std::string(built_in_title), model->encoder, model->decoder};
    if (asked) throw ModelError(built_in_is_missing(program));
    spdlog::warn("{}: GrabCut makes the masks", built_in_is_missing(program));
    return {};
  }
  std::string known(grabcut_name);
  for (const NamedModel& model : known_models(program)) {
    if (model.name == options.model) return {model.name, {}, model.encoder, model.decoder};
    known += ", " + model.name;
  }
  throw UsageError("there is no model '" + options.model + "'; known: " + known +
                   "; add one with sam-annotator models add " + options.model + " ENCODER DECODER");
}

}  // namespace

void add_predictor_options(CLI::App& app, PredictorOptions& options) {
  const char* group = "Model";
  app.add_option("--encoder", options.encoder, "ONNX file of a SAM encoder")->group(group);
  app.add_option("--decoder", options.decoder, "ONNX file of the decoder that goes with it")->group(group);
  app.add_option("--model", options.model,
                 "a model kept by name (sam-annotator models list), or builtin (the one used otherwise), or grabcut")
      ->group(group);
  app.add_option("--device", options.device, "auto, cpu or cuda:N")->capture_default_str()->group(group);
  app.add_option("--precision", options.precision,
                 "f32 (the model's own), bf16 or f16 (faster, less memory, masks change a little)")
      ->check(CLI::IsMember({"f32", "bf16", "f16"}))
      ->capture_default_str()
      ->group(group);
  app.add_option("--threads", options.threads, "threads of the CPU engine; 0: its own choice")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str()
      ->group(group);
  app.add_flag("--in-process", options.in_process,
               "run the engine in this process, not in a worker (for debugging; the memory limit then does not hold)")
      ->group(group);
  app.add_option("--max-image-pixels,--max_image_pixels", options.limits.max_pixels, "refuse pictures with more pixels")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 40))
      ->capture_default_str()
      ->group("Pictures");
  app.add_option("--max-image-size,--max_image_size", options.limits.max_side,
                 "work on pictures reduced to this many pixels on the longer side (less memory); 0: as they are")
      ->check(CLI::Range(0, 1 << 20))
      ->capture_default_str()
      ->group("Pictures");
  add_memory_flags(app, options.memory);
}

namespace {

// Throws ModelError; of what came with the program it says where to get it, since nobody fetched it.
OnnxGraph read_graph(const std::filesystem::path& file, const ModelFiles& files) {
  try {
    return read_onnx_graph(file);
  } catch (const ModelError& error) {
    if (files.title.empty()) throw;
    throw ModelError(std::string(error.what()) +
                     "; it came with the program: copy its folder models anew, or use --model grabcut");
  }
}

// One way to load both files of a model.
PredictorForm make_form(RungKind reached_by, std::string name, const ModelFiles& files, const ModelOptions& model,
                        std::shared_ptr<EngineMemory> engines) {
  return {reached_by, std::move(name), [files, model, engines] {
            return make_sam_predictor(
                files.encoder, files.decoder,
                [&](const std::filesystem::path& file) {
                  ModelOptions of_file = model;
                  of_file.file = file;
                  return engines ? engines->load(of_file) : load_model(of_file);
                },
                files.title);
          }};
}

// As asked for, then what the ladder may step down to.
std::vector<PredictorForm> make_forms(const ModelFiles& files, ModelOptions model,
                                      const std::shared_ptr<EngineMemory>& engines) {
  const std::string as_asked = std::string(precision_name(model.precision)) + " on " + model.device;
  std::vector<PredictorForm> forms{make_form(RungKind::lower_precision, as_asked, files, model, engines)};
  const bool on_cpu = model.device == "cpu";
  if (model.precision == Precision::f32) {
    const bool has_half = has_half_precision(files.encoder) && has_half_precision(files.decoder);
    ModelOptions lower = model;
    lower.precision = on_cpu ? Precision::bf16 : Precision::f16;
    if (on_cpu || has_half) {
      forms.push_back(make_form(RungKind::lower_precision,
                                std::string(precision_name(lower.precision)) + " on " + model.device, files, lower,
                                engines));
    }
  }
  if (!on_cpu) {
    model.device = "cpu";
    model.precision = Precision::f32;
    forms.push_back(make_form(RungKind::cpu, "f32 on cpu", files, model, engines));
  }
  return forms;
}

EngineControl engine_control(const std::shared_ptr<EngineMemory>& engines, const ModelFiles& files,
                             const ModelOptions& model) {
  std::vector<ModelOptions> together(2, model);  // in the order they are loaded
  together.front().file = files.encoder;
  together.back().file = files.decoder;
  return {[engines](bool wait) { return engines->release_memory(wait); },
          [engines] { return engines->restart(); },
          [engines](std::int64_t idle_ms) { return engines->unload_idle(idle_ms); },
          trim_heap,
          [engines, together](const std::string& domain) { return engines->need_bytes(together, domain); },
          [engines] { return engines->worker_deaths(); }};
}

void use_grabcut(Engine& engine) {
  engine.parts.model_name = "GrabCut";
  engine.parts.predictor = make_grabcut_predictor();
  engine.parts.forms.push_back({RungKind::lower_precision, "GrabCut", make_grabcut_predictor});
}

// What the model and its engine may take of the card.
void use_card(Engine& engine, const std::string& device, ModelOptions& model, EngineBudgets& budgets) {
  MemorySystem& memory = *engine.memory;
  const std::size_t index = cuda_index(device);
  engine.device = memory.devices[index].get();
  engine.device_memory = [&governor = *memory.governor, index] {
    return memory_info(governor.snapshot().domains[index + 1]);
  };
  engine.parts.device_domain = device;
  budgets.device = &memory.device_budget(index);
  const MemoryOptions& settings = memory.settings.options;
  model.device_limit_bytes =
      MemoryLimit{0, settings.gpu_memory_fraction}.of(memory.governor->snapshot().domains[index + 1].total_bytes);
  model.enable_memory_growth = settings.enable_memory_growth;
  model.tf32 = settings.tf32;
}

void load_now(Engine& engine) {
  try {
    engine.parts.predictor = engine.parts.forms.front().load();
  } catch (const OutOfMemory& error) {
    spdlog::warn("{}; it is tried again with the first picture", error.what());
  }
}

Engine with_model(Engine engine) {
  if (!engine.parts.predictor) load_now(engine);
  return engine;
}

Engine prepare(const PredictorOptions& options, const ModelFiles& files, MemorySettings settings, Program& program) {
  Engine engine;
  engine.memory = make_memory_system(std::move(settings), program);
  MemorySystem& memory = *engine.memory;
  engine.parts.governor = memory.governor.get();
  engine.parts.host = &memory.host_budget();
  engine.parts.engines.trim_heap = trim_heap;
  const std::string device = choose_device(options.device, memory.devices, memory.why_no_device);
  if (files.encoder.empty()) {  // GrabCut computes on the CPU whatever there is
    use_grabcut(engine);
    return engine;
  }
  const OnnxGraph decoder = read_graph(files.decoder, files);
  const bool is_known = has_sam_names(read_graph(files.encoder, files), decoder);
  ModelOptions model;
  model.without_outputs = needless_outputs(decoder);
  model.device = device;
  model.precision = precision_of(options.precision);
  model.threads = options.threads;
  model.compiled_folder = compiled_folder(program.environment);
  EngineBudgets budgets{&memory.host_budget(), nullptr};
  if (device != "cpu") use_card(engine, device, model, budgets);
  if (!options.in_process) {
    engine.engine_memory = make_engine_memory(memory.worker, budgets, *memory.costs, program.clock);
    engine.parts.engines = engine_control(engine.engine_memory, files, model);
  }
  engine.parts.model_name = files.name;
  engine.parts.forms = make_forms(files, model, engine.engine_memory);
  engine.parts.fallback = make_grabcut_predictor();
  if (!is_known) load_now(engine);  // which says what is wrong with them
  return engine;
}

}  // namespace

Engine prepare_engine(const PredictorOptions& options, Program& program) {
  const ModelFiles files = choose_files(options, program);
  return prepare(options, files, read_memory_settings(options.memory, program), program);
}

Engine make_engine(const PredictorOptions& options, Program& program) {
  return with_model(prepare_engine(options, program));
}

Engine make_engine(const PredictorOptions& options, MemorySettings settings, Program& program) {
  return with_model(prepare(options, choose_files(options, program), std::move(settings), program));
}

std::string Engine::describe() const {
  return parts.predictor ? parts.predictor->info().describe : "a model that is not loaded yet: memory does not suffice";
}

std::uint64_t program_bytes(const Worker* worker) {
  std::uint64_t bytes = resident_bytes(0).value_or(0);
  if (worker != nullptr && worker->pid() > 0) bytes += resident_bytes(worker->pid()).value_or(0);
  return bytes;
}

}  // namespace sam
