// A whole project's embeddings made before anybody waits for them: sam-annotator embed DIR.
#include <spdlog/spdlog.h>

#include <array>
#include <chrono>
#include <future>
#include <iostream>
#include <nlohmann/json.hpp>
#include <thread>

#include "cli/known_models.h"
#include "cli/predictor_options.h"
#include "cli/progress_line.h"
#include "cli/stop_signals.h"
#include "dataset/category_folder.h"
#include "dataset/store.h"
#include "jobs/embed_job.h"
#include "memory/byte_text.h"
#include "memory/memory_log.h"

namespace sam {
namespace {

using nlohmann::ordered_json;

struct EmbedCommand {
  std::string folder;
  int batch = 0;  // 0: by the number of cores
  bool dry_run = false;
  bool json = false;
  PredictorOptions predictor;
};

constexpr std::chrono::milliseconds tick{100};
constexpr std::size_t most_failures_listed = 100;  // in the JSON; all are on standard error

struct Failure {
  std::string image;
  std::string reason;
};

struct Listed {
  std::vector<PicturePath> pictures;
  std::vector<Failure> broken;  // as the folder alone tells
};

// A project's images/, or a folder of pictures. Nothing is made in it.
Listed list_folder(const std::string& folder, Program& program) {
  const auto is_folder = [&](const std::filesystem::path& path) {
    const auto status = program.files.status(path);
    return status && status->kind == FileStatus::Kind::directory;
  };
  if (!is_folder(folder)) throw DatasetError(folder + " is not a folder; give the one that holds images/");
  CategoryFolder project;
  project.root = std::filesystem::canonical(folder);
  const std::filesystem::path images = project.root / "images";
  project.images = is_folder(images) ? std::filesystem::canonical(images) : project.root;
  Listed listed;
  for (const FoundPicture& found : list_pictures(project)) {
    if (found.broken == nullptr) {
      listed.pictures.push_back({project.images / found.name});
    } else {
      listed.broken.push_back({found.name, found.broken});
    }
  }
  if (listed.pictures.empty() && listed.broken.empty())
    throw DatasetError(folder + " holds no pictures; put them into its folder images/");
  return listed;
}

void check_usage(const EmbedCommand& command, const MemoryOptions& memory) {
  const PredictorOptions& predictor = command.predictor;
  if (predictor.encoder.empty() && predictor.model == grabcut_name)
    throw UsageError("GrabCut has no embeddings to prepare; leave --model out, or give another's name");
  if (memory.embedding_disk_bytes == 0)
    throw UsageError("nothing is kept on disk: embedding_disk_bytes is 0; give --embedding-disk-bytes 4GiB, say");
}

int pictures_at_once(const EmbedCommand& command) {
  if (command.batch > 0) return command.batch;
  return std::clamp(static_cast<int>(std::thread::hardware_concurrency()) + 1, 2, 8);
}

// Where the job's thread leaves what it cannot do.
class Failures {
 public:
  void add(ProgressLine& line, const std::string& image, const std::string& reason) SAM_EXCLUDES(mutex_) {
    line.print("sam-annotator: " + image + ": " + reason);
    const MutexLock lock(mutex_);
    if (listed_.size() < most_failures_listed) listed_.push_back({image, reason});
  }
  ordered_json json() const SAM_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    ordered_json list = ordered_json::array();
    for (const Failure& each : listed_) list.push_back({{"image", each.image}, {"reason", each.reason}});
    return list;
  }

 private:
  mutable Mutex mutex_;
  std::vector<Failure> listed_ SAM_GUARDED_BY(mutex_);
};

void print_json(const EmbedCommand& command, const EmbedProgress& end, const Failures& failures, bool interrupted,
                std::uint64_t peak_bytes) {
  const ordered_json json = {{"folder", command.folder},
                             {"pictures", end.total},
                             {command.dry_run ? "to_prepare" : "prepared", end.written},
                             {"kept_before", end.kept_before},
                             {"left_out", end.left_out},
                             {"failed", end.failed},
                             {"failures", failures.json()},
                             {"interrupted", interrupted},
                             {"seconds", end.encoding_s},
                             {"pictures_per_s", end.pictures_per_s()},
                             {"bytes_written", end.written_bytes},
                             {"bytes_each", end.entry_bytes},
                             {"peak_bytes", peak_bytes}};
  std::cout << json.dump(2) << '\n';
}

void print_text(const EmbedCommand& command, const EmbedProgress& end) {
  std::cout << end.total << " pictures: " << end.written << (command.dry_run ? " to prepare, " : " prepared, ")
            << end.kept_before << " were there before";
  if (end.left_out > 0) std::cout << ", " << end.left_out << " left out for lack of room";
  if (end.failed > 0) std::cout << ", " << end.failed << " failed";
  if (!command.dry_run && end.written > 0) {
    std::array<char, 80> rate{};
    std::snprintf(rate.data(), rate.size(), "; %.2f/s, ", end.pictures_per_s());
    std::cout << rate.data() << byte_text(end.written_bytes) << " written";
  }
  std::cout << '\n';
}

std::string too_many(const EmbedProgress& progress, std::uint64_t limit_bytes) {
  return "sam-annotator: not all fit: " + std::to_string(progress.total) + " embeddings of " +
         byte_text(progress.entry_bytes) + " are " + byte_text(progress.total * progress.entry_bytes) +
         ", and at most " + byte_text(limit_bytes) + " are kept on disk; the last " +
         std::to_string(progress.left_out) + " pictures are left out; give more with --embedding-disk-bytes";
}

// Runs the job in a thread of its own, showing how far it is; the signal that ended it, or 0.
int run_job(EmbedJob& job, bool dry_run, const StopSignals& signals, ProgressLine& line) {
  std::stop_source stop;
  auto end = std::async(std::launch::async, [&] { dry_run ? job.look(stop.get_token()) : job.run(stop.get_token()); });
  while (end.wait_for(tick) != std::future_status::ready) {
    if (signals.asked() != 0) stop.request_stop();
    const EmbedProgress now = job.progress();
    line.show({dry_run ? now.kept_before + now.written : now.done(), now.total, now.pictures_per_s(), now.left_s()});
  }
  line.clear();
  end.get();
  return signals.asked();
}

// None named: the built-in one, and an error where its files are missing, rather than GrabCut.
PredictorOptions with_model_named(PredictorOptions options) {
  if (options.model.empty() && options.encoder.empty() && options.decoder.empty()) options.model = built_in_name;
  return options;
}

int run_embed(const EmbedCommand& command, Program& program) {
  MemorySettings settings = read_memory_settings(command.predictor.memory, program);
  const MemoryOptions memory = settings.options;
  check_usage(command, memory);
  Listed listed = list_folder(command.folder, program);
  spdlog::set_level(spdlog::level::warn);  // a line a picture would be too many
  StopSignals signals({.early = "stopped before anything was prepared\n",
                       .again = "stopped at once; what is prepared is kept\n",
                       .late = "what was running took too long to stop and was ended; what is prepared is kept\n",
                       .late_is_failure = true});
  Engine engine = make_engine(with_model_named(command.predictor), std::move(settings), program);
  MemoryLog log(engine.device_memory);
  engine.memory->governor->start();
  const auto pipeline = make_pipeline({command.predictor.limits, embedding_folder(program.environment)},
                                      std::move(engine.parts), log, program.clock);
  ProgressLine line;
  Failures failures;
  for (const Failure& each : listed.broken) failures.add(line, each.image, each.reason);
  EmbedOptions options;
  options.pictures_at_once = pictures_at_once(command);
  options.limit_bytes = memory.embedding_disk_bytes;
  options.on_failure = [&](const PicturePath& picture, const std::string& reason) {
    failures.add(line, picture.path.filename().string(), reason);
  };
  options.on_too_many = [&](const EmbedProgress& now) { line.print(too_many(now, memory.embedding_disk_bytes)); };
  EmbedJob job(std::move(listed.pictures), *pipeline, program.clock, std::move(options));
  signals.begin_serving();
  const int signal = run_job(job, command.dry_run, signals, line);

  EmbedProgress end = job.progress();
  end.total += listed.broken.size();
  end.failed += listed.broken.size();
  if (command.json) {
    print_json(command, end, failures, signal != 0, engine.memory->peak_bytes());
  } else {
    print_text(command, end);
  }
  if (signal != 0) return stopped_by_signal + signal;
  return end.failed + end.left_out > 0 ? exit_failed : exit_done;
}

}  // namespace

void add_embed_command(CLI::App& root, Program& program) {
  CLI::App* command = root.add_subcommand(
      "embed", "prepares a project: encodes every picture and keeps that on disk, so that nobody waits for it later");
  auto options = std::make_shared<EmbedCommand>();
  command->add_option("DIR", options->folder, "the project (it holds images/), or a folder of pictures")->required();
  command
      ->add_option("--batch", options->batch,
                   "pictures that are read and reduced at the same time, while one is encoded; 0: cores + 1")
      ->check(CLI::Range(0, 64))
      ->capture_default_str();
  command->add_flag("--dry-run", options->dry_run, "only say how many are there and how many are to be prepared");
  command->add_flag("--json", options->json, "print the summary as JSON");
  add_predictor_options(*command, options->predictor);
  command->footer(
      "What is on disk is passed over, so that it can be stopped (Ctrl+C: exit status 130) and started again.\n"
      "Exit status 1: pictures that cannot be read, or that found no room, were passed over; they are named.");
  command->callback(
      [&program, options] { program.run = [&program, options] { return run_embed(*options, program); }; });
}

}  // namespace sam
