// What a click and an encode are made of besides the network: reading and reducing the picture, enlarging the mask, its outline and text, and
// the pipeline's answer to a question asked before. SAM_BENCH_PHOTOS: a folder of JPEGs; SAM_BENCH_MODEL with PAIR.encoder.onnx and
// PAIR.decoder.onnx (default pair: mobile_sam) for what needs a network; without it GrabCut answers.
#include <benchmark/benchmark.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <vector>

#include "image/antialiased_reducer.h"
#include "image/decode.h"
#include "image/mask.h"
#include "image/polygon.h"
#include "inference/engines.h"
#include "pipeline/pipeline.h"
#include "segmentation/registry.h"
#include "segmentation/sam/preprocess.h"
#include "segmentation/sam/upsample.h"

namespace {

using namespace sam;

constexpr int frame_side = 1024;
constexpr int logits_side = 256;

std::string setting(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : otherwise;
}

Size fitted(Size picture) {
  const double scale = static_cast<double>(frame_side) / std::max(picture.width, picture.height);
  return {static_cast<int>(std::lround(picture.width * scale)), static_cast<int>(std::lround(picture.height * scale))};
}

// A blob with a wavy contour, as long as that of a person or a car.
std::vector<float> blob_logits() {
  std::vector<float> values;
  for (int y = 0; y < logits_side; ++y) {
    for (int x = 0; x < logits_side; ++x) {
      const double angle = std::atan2(y - 90.0, x - 120.0);
      const double radius = std::hypot(y - 90.0, x - 120.0);
      values.push_back(static_cast<float>(50 + 8 * std::sin(5 * angle) + 3 * std::sin(17 * angle) - radius));
    }
  }
  return values;
}

Mask blob(Size picture) {
  const std::vector<float> values = blob_logits();
  return upsample_logits({values.data(), {logits_side, logits_side}}, {frame_side, frame_side}, fitted(picture),
                         picture);
}

// As a predictor that looks at no more of it gets it: reduced while it is read.
void reading(benchmark::State& state, const std::filesystem::path& file) {
  for (auto _ : state) benchmark::DoNotOptimize(decode_image(file, {}, {frame_side, frame_side}));
}

void reading_whole(benchmark::State& state, const std::filesystem::path& file) {
  for (auto _ : state) benchmark::DoNotOptimize(decode_image(file, {}));
}

void reducing_whole(benchmark::State& state, const std::filesystem::path& file) {
  const Image picture = decode_image(file, {});
  for (auto _ : state) benchmark::DoNotOptimize(resize_antialiased(picture.view(), fitted(picture.size())));
}

void layout(benchmark::State& state, const std::filesystem::path& file) {
  const Image picture = decode_image(file, {});
  const Size to = fitted(picture.size());
  const Image resized = resize_antialiased(picture.view(), to);
  const Tensor tensor = make_heap_tensor("input", ElementType::f32, {to.height, to.width, 3});
  for (auto _ : state) write_raw_hwc(resized.view(), tensor);
}

void enlarging(benchmark::State& state, Size picture) {
  const std::vector<float> values = blob_logits();
  for (auto _ : state) {
    benchmark::DoNotOptimize(upsample_logits({values.data(), {logits_side, logits_side}}, {frame_side, frame_side},
                                             fitted(picture), picture));
  }
}

void outline(benchmark::State& state, Size picture) {
  const Mask mask = blob(picture);
  for (auto _ : state) benchmark::DoNotOptimize(mask_to_polygon(mask, 1.0));
  state.counters["runs"] = static_cast<double>(mask.runs.size());
}

void text(benchmark::State& state, Size picture) {
  const Mask mask = blob(picture);
  for (auto _ : state) benchmark::DoNotOptimize(mask_to_coco_string(mask));
}

void area_and_box(benchmark::State& state, Size picture) {
  const Mask mask = blob(picture);
  for (auto _ : state) {
    benchmark::DoNotOptimize(mask_area(mask));
    benchmark::DoNotOptimize(mask_box(mask));
  }
}

// A host that never gets tight.
class RoomyProbe final : public Probe {
 public:
  const std::string& domain() const override { return name_; }
  const std::string& name() const override { return name_; }
  std::optional<MemoryReading> read() override {
    MemoryReading reading;
    reading.total_bytes = std::uint64_t{64} << 30;
    reading.free_bytes = reading.total_bytes;
    return reading;
  }

 private:
  const std::string name_ = "host";
};

std::unique_ptr<Predictor> load_predictor() {
  const std::filesystem::path folder = setting("SAM_BENCH_MODEL", "");
  const std::string pair = setting("SAM_BENCH_PAIR", "mobile_sam");
  const std::filesystem::path encoder = folder / (pair + ".encoder.onnx");
  if (!std::filesystem::exists(encoder)) return make_grabcut_predictor();
  const std::filesystem::path decoder = folder / (pair + ".decoder.onnx");
  ModelOptions options;
  options.without_outputs = needless_outputs(read_onnx_graph(decoder));
  return make_sam_predictor(encoder, decoder, [&](const std::filesystem::path& file) {
    options.file = file;
    return load_model(options);
  });
}

// A pipeline with everything in this process.
struct Scene {
  Scene() {
    governor = make_governor({}, {GovernedDomain{&probe, &budget, {}, [] { return ProgramUse{}; }}}, clock);
    governor->sample();
    PipelineParts parts;
    parts.predictor = load_predictor();
    parts.forms.push_back({RungKind::lower_precision, "f32", load_predictor});
    parts.governor = governor.get();
    parts.host = &budget;
    pipeline = make_pipeline({}, std::move(parts), log, clock);
  }

  SystemClock clock;
  RoomyProbe probe;
  Budget budget{"host", 0};
  MemoryLog log{nullptr};
  std::unique_ptr<Governor> governor;
  std::unique_ptr<Pipeline> pipeline;
};

void predicting_again(benchmark::State& state, const std::filesystem::path& file) {
  const Scene scene;
  Prompt prompt;
  prompt.points.push_back({{100, 100}, true});
  scene.pipeline->segment({file}, prompt, {});
  for (auto _ : state) {
    const SegmentResult result = scene.pipeline->segment({file}, prompt, {});
    if (!result.from_cache) state.SkipWithError("the prediction was made again");
  }
}

void coming_back(benchmark::State& state, const std::vector<std::filesystem::path>& files) {
  const Scene scene;
  Prompt prompt;
  prompt.points.push_back({{100, 100}, true});
  for (const auto& file : files) scene.pipeline->segment({file}, prompt, {});
  std::size_t next = 0;
  for (auto _ : state) {
    const PicturePath picture{files[next++ % files.size()]};
    scene.pipeline->show(picture);
    if (scene.pipeline->encoding(picture).state != EncodingState::ready) state.SkipWithError("it was not kept");
  }
}

void register_photos() {
  std::vector<std::filesystem::path> files;
  const std::string folder = setting("SAM_BENCH_PHOTOS", "");
  if (folder.empty() || !std::filesystem::is_directory(folder)) {
    std::fprintf(stderr, "click_parts: SAM_BENCH_PHOTOS names no folder of JPEGs; what needs photos is not measured\n");
    return;
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".jpg") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const auto& file : files) {
    const std::string name = "/" + file.stem().string();
    const auto add = [&](const std::string& part, auto function) {
      benchmark::RegisterBenchmark((part + name).c_str(), function, file)->Unit(benchmark::kMillisecond);
    };
    add("read", reading);
    add("read_whole", reading_whole);
    add("reduce_whole", reducing_whole);
    add("layout", layout);
  }
  if (files.empty()) return;
  benchmark::RegisterBenchmark("predict_again", predicting_again, files.back())->Unit(benchmark::kMicrosecond);
  benchmark::RegisterBenchmark("come_back", coming_back, files)->Unit(benchmark::kMicrosecond);
}

void register_masks() {
  for (const auto& [name, size] : {std::pair{"1.5MP", Size{1500, 1001}}, std::pair{"24MP", Size{5997, 4002}}}) {
    const auto add = [&, label = std::string("/") + name](const std::string& part, auto function) {
      benchmark::RegisterBenchmark((part + label).c_str(), function, size)->Unit(benchmark::kMicrosecond);
    };
    add("enlarge", enlarging);
    add("outline", outline);
    add("run_length_text", text);
    add("area_and_box", area_and_box);
  }
}

}  // namespace

int main(int count, char** arguments) {
  spdlog::set_level(spdlog::level::warn);
  start_image_library(arguments[0]);
  register_photos();
  register_masks();
  benchmark::Initialize(&count, arguments);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
