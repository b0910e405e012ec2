#include <spdlog/spdlog.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <iostream>

#include "cli/import_command.h"
#include "cli/predictor_options.h"
#include "cli/stop_signals.h"
#include "dataset/project.h"
#include "dataset/statistics.h"
#include "dataset/store.h"
#include "image/tiles.h"
#include "memory/memory_log.h"
#include "pipeline/pipeline.h"
#include "server/server.h"
#include "session/session.h"
#include "settings/preferences.h"

namespace sam {
namespace {

struct AnnotateOptions {
  std::string category_path;
  std::string classes_csv;
  std::string import_from;
  bool empty_as_new = false;
  int port = 8008;
  // The original's, which choose a model by its size: "sam2" and "small_v2" is the model kept as sam2_small_v2.
  std::string sam_version;
  std::string model_type;
  std::string checkpoint;
  bool visualization = false;
  bool export_stats = false;
  bool skip_validation = false;
  bool use_sample_csv = false;
  bool create_sample = false;
  std::string sample_output = "sample_classes.csv";
  bool debug = false;
  PredictorOptions predictor;
};

// Unpacked pictures kept for zooming, over restarts: 27 MB for one of 200 MP.
constexpr std::uint64_t tile_cache_budget_bytes = std::uint64_t{4} << 30;

const char* const sample_classes =
    "class_name\nperson\ncar\nbicycle\ncat\ndog\nbird\ntree\nbuilding\nbottle\ncup\nchair\ntable\n";

// The original takes PyTorch checkpoints; ours are ONNX files, and the error says how to make them.
void take_original_model_flags(AnnotateOptions& options) {
  PredictorOptions& predictor = options.predictor;
  if (!options.checkpoint.empty()) {
    throw UsageError(
        "--checkpoint " + options.checkpoint +
        ": PyTorch checkpoints are not read; export it once with `pip install samexporter` (README, \"A SAM model\"), "
        "then give --encoder FILE --decoder FILE");
  }
  if (options.sam_version.empty() && options.model_type.empty()) return;
  if (!predictor.model.empty() || !predictor.encoder.empty())
    throw UsageError("--sam_version/--model_type and --model/--encoder contradict each other; give one of them");
  const std::string version = options.sam_version.empty() ? "sam2" : options.sam_version;
  const std::string type = !options.model_type.empty() ? options.model_type : version == "sam1" ? "vit_h" : "small_v2";
  predictor.model = version + "_" + type;
}

int create_sample(const AnnotateOptions& options, Program& program) {
  if (program.files.status(options.sample_output))
    throw UsageError("--sample_output " + options.sample_output + " exists already; choose another file");
  program.files.write_atomic(options.sample_output, sample_classes);
  std::cout << "wrote " << options.sample_output << '\n';
  return exit_done;
}

StoreOptions store_options(const AnnotateOptions& options, Program& program) {
  StoreOptions store;
  store.folder = options.category_path;
  store.classes_csv = options.classes_csv;
  store.limits = options.predictor.limits;
  if (options.use_sample_csv) {
    store.classes_csv = store.folder / "classes.csv";
    if (!program.files.status(store.classes_csv)) program.files.write_atomic(store.classes_csv, sample_classes);
  }
  return store;
}

// exports/dataset_stats_TIME.json, as the original's --export_stats.
int export_stats(Store& store, Program& program) {
  const std::filesystem::path folder = store.folder() / "exports";
  const std::time_t now = std::chrono::system_clock::to_time_t(program.clock.wall_now());
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::array<char, 32> stamp{};
  std::strftime(stamp.data(), stamp.size(), "%Y%m%d_%H%M%S", &utc);
  const std::filesystem::path file = folder / ("dataset_stats_" + std::string(stamp.data()) + ".json");
  program.files.create_directories(folder);
  program.files.write_atomic(file, statistics_json(count_annotations(store), store.classes()));
  std::cout << "wrote " << file.string() << '\n';
  return exit_done;
}

ServerOptions server_options(const AnnotateOptions& options, const Engine& engine, const Pipeline& pipeline,
                             Project& project, Preferences& preferences, Program& program) {
  const std::filesystem::path tile_folder = cache_folder(program.environment) / "tiles";
  program.files.create_directories(tile_folder);
  trim_tile_cache(tile_folder, tile_cache_budget_bytes);
  ServerOptions server;
  server.clock = &program.clock;
  server.files = &program.files;
  server.project = &project;
  server.port = options.port;
  server.limits = options.predictor.limits;
  server.tile_cache_folder = tile_folder;
  server.examine_pictures = !options.skip_validation;
  server.version = SAM_VERSION;
  server.governor = engine.memory->governor.get();
  server.preferences = {[&preferences] { return preferences.read(); },
                        [&preferences](const std::string& text) { preferences.write(text); }};
  server.quit = &StopSignals::ask;
  server.recovery = [&pipeline] { return pipeline.recovery(); };
  server.caches = [&pipeline] { return pipeline.caches(); };
  for (const auto& device : engine.memory->devices) server.domain_names[device->domain()] = device->name();
  return server;
}

// view: what the page shows at first, "#view=overlay"; empty: what it showed last.
void print_start(const Store& store, const Pipeline& pipeline, int port, const std::string& view) {
  const ModelStatus model = pipeline.model();
  const bool is_there = model.load.state == LoadState::loaded;
  std::cout << "SAM Annotator: " << count_text(store.picture_count(), "picture", "pictures") << ", "
            << count_text(store.classes().names.size(), "class", "classes") << ", "
            << (is_there ? pipeline.predictor().describe : "loading " + model.name)
            << "\nOpen http://127.0.0.1:" << port << view << " in a browser. Ctrl+C saves and stops." << '\n'
            << std::flush;
}

// Serves until a signal comes.
void serve(Server& server, const Store& store, const Pipeline& pipeline, const std::string& view,
           StopSignals& signals) {
  signals.begin_serving();
  server.start();
  print_start(store, pipeline, server.port(), view);
  signals.wait();
  std::cout << "stopping; every annotation is saved" << '\n' << std::flush;
  server.stop();
}

// Another tool's project, opened with its classes in one command. Started a second time it brings what is new there; what was annotated here stays.
void import_first(const AnnotateOptions& options, Program& program) {
  ImportCommand command;
  command.in = options.import_from;
  command.project = options.category_path;
  command.options.on_conflict = OnConflict::keep;
  command.options.empty_as_new = options.empty_as_new;
  command.flags.classes_csv = options.classes_csv;
  run_import_of_any(command, "", "sam-annotator import --format", program);
}

int run_annotate(AnnotateOptions options, Program& program) {
  if (options.create_sample) return create_sample(options, program);
  if (options.category_path.empty())
    throw UsageError(
        "give the folder with --category_path DIR (it holds images/) and the classes with --classes_csv FILE");
  if (options.debug) spdlog::set_level(spdlog::level::debug);
  take_original_model_flags(options);
  if (options.empty_as_new && options.import_from.empty())
    throw UsageError("--empty-as-new says how --import reads a dataset; give --import DATASET too");
  if (!options.import_from.empty()) import_first(options, program);
  StopSignals signals;  // before anything that makes a thread

  const auto store = open_project(store_options(options, program), program.files, program.clock);
  if (options.export_stats) return export_stats(*store, program);
  Engine engine = prepare_engine(options.predictor, program);
  MemoryLog memory_log(engine.device_memory);
  engine.memory->governor->start();
  const auto pipeline = make_pipeline({options.predictor.limits, embedding_folder(program.environment)},
                                      std::move(engine.parts), memory_log, program.clock);
  pipeline->load_model();
  auto session = make_session(*store, *pipeline, program.clock);
  Preferences preferences(config_folder(program.environment) / "preferences.json", program.files);
  auto server = make_server(*session, *store, *pipeline,
                            server_options(options, engine, *pipeline, *store, preferences, program));
  serve(*server, *store, *pipeline, options.visualization ? "/#view=overlay" : "", signals);
  server.reset();
  session.reset();  // which writes the picture on screen
  // Nothing can interrupt a load, and nothing of it is to be kept: the worker process ends with this one.
  if (pipeline->model().load.state == LoadState::loading) std::_Exit(exit_done);
  return exit_done;
}

void add_annotate_options(CLI::App& app, AnnotateOptions& options) {
  app.add_option("--category_path,--category-path", options.category_path,
                 "the project: a folder with images/; labels/ and the rest are made in it");
  app.add_option("--classes_csv,--classes-csv", options.classes_csv,
                 "the classes: a CSV with the header class_name; default: classes.csv in the project");
  app.add_option(
      "--import", options.import_from,
      "first reads another tool's dataset (X-AnyLabeling, labelme, CVAT, COCO, YOLO, …) with its classes into "
      "the project, which is made if it is not there; see import for choices");
  app.add_flag(
      "--empty-as-new", options.empty_as_new,
      "with --import: pictures without objects stay new; else somebody looked at them, and nothing is on them");
  app.add_option("--port", options.port, "port of the page on 127.0.0.1")
      ->check(CLI::Range(1, 65535))
      ->capture_default_str();
  const char* original = "As in the Python tool";
  app.add_option("--sam_version,--sam-version", options.sam_version,
                 "with --model_type: the model kept by name as VERSION_TYPE, such as sam2_small_v2")
      ->check(CLI::IsMember({"sam1", "sam2", "sam3"}))
      ->group(original);
  app.add_option("--model_type,--model-type", options.model_type, "vit_b, tiny, small_v2, …")->group(original);
  app.add_option("--checkpoint", options.checkpoint, "not read: give ONNX files with --encoder and --decoder")
      ->group(original);
  app.add_flag("--visualization", options.visualization,
               "the page begins as the visualiser: masks over the photos, with its keys (o m b c i f)")
      ->group(original);
  app.add_flag("--export_stats,--export-stats", options.export_stats, "write exports/dataset_stats_TIME.json and stop")
      ->group(original);
  app.add_flag("--skip_validation,--skip-validation", options.skip_validation,
               "do not look at every picture's header after the start")
      ->group(original);
  app.add_flag("--use_sample_csv,--use-sample-csv", options.use_sample_csv,
               "write a classes.csv of common things into the project if it has none")
      ->group(original);
  app.add_flag("--create_sample,--create-sample", options.create_sample, "write a sample classes CSV and stop")
      ->group(original);
  app.add_option("--sample_output,--sample-output", options.sample_output, "where --create_sample writes")
      ->capture_default_str()
      ->group(original);
  app.add_flag("--debug", options.debug, "a more talkative log");
  add_predictor_options(app, options.predictor);
}

}  // namespace

void add_annotate_command(CLI::App& root, Program& program) {
  auto options = std::make_shared<AnnotateOptions>();
  const auto choose = [&program, options] {
    program.run = [&program, options] { return run_annotate(*options, program); };
  };
  add_annotate_options(root, *options);
  choose();  // unless a subcommand says otherwise
  CLI::App* command = root.add_subcommand("annotate", "opens a folder of photos in a local web page (the default)");
  add_annotate_options(*command, *options);
  command->callback(choose);
}

}  // namespace sam
