// What the worker process costs a call: the same network in this process and behind a worker, one that computes next to nothing, so that what
// remains is the way there and back: with numbers that travel in the message alone, and with an answer of 1 MB in shared memory, as a click's. With
// SAM_BENCH_MODEL also the smallest real network of that folder, whose tensors are megabytes.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "inference/worker.h"

namespace {

using namespace sam;

constexpr std::int64_t rows_of_1_mb = 87'381;  // of three floats

struct Call {
  std::int64_t points = 1;  // or rows: what the network leaves open
  std::vector<std::string> outputs = {};
};

std::vector<Tensor> make_inputs(Model& model, const Call& call) {
  std::vector<Tensor> inputs;
  for (const TensorInfo& info : model.description().inputs) {
    Shape shape = info.shape;
    const std::int64_t open =
        shape.size() >= 3 && shape.back() == 3 ? 1024 : call.points;  // a picture's sides, or the number of points
    for (std::int64_t& side : shape) side = side < 0 ? open : side;
    Tensor tensor = model.make_tensor(info.name, info.type, shape);
    if (info.type == ElementType::f32) {
      std::ranges::fill(tensor.values<float>(), info.name == "orig_im_size" ? 64.0F : 0.0F);
    }
    inputs.push_back(std::move(tensor));
  }
  return inputs;
}

void calls(benchmark::State& state, Model& model, const Call& call) {
  const std::vector<Tensor> inputs = make_inputs(model, call);
  for (auto _ : state) benchmark::DoNotOptimize(model.run(inputs, call.outputs, {}));
}

ModelOptions options_for(const std::filesystem::path& file) {
  ModelOptions options;
  options.file = file;
  return options;
}

void register_pair(const std::string& name, const std::filesystem::path& file, const std::shared_ptr<Worker>& worker,
                   const Call& call = {}) {
  const auto add = [&call](const std::string& label, std::shared_ptr<Model> model, int times) {
    auto* added = benchmark::RegisterBenchmark(label.c_str(),
                                               [model, call](benchmark::State& state) { calls(state, *model, call); });
    added->Unit(benchmark::kMicrosecond)->UseRealTime();
    if (times > 0) added->Iterations(100);
    added->Repetitions(times > 0 ? times : 7)->ReportAggregatesOnly();
  };
  const bool real = std::filesystem::file_size(file) > 1'000'000;
  add(name + "/in_process", load_openvino_model(options_for(file)), real ? 3 : 0);
  add(name + "/worker", worker->load(options_for(file)), real ? 3 : 0);
}

std::filesystem::path smallest_model(const char* folder) {
  std::filesystem::path best;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".onnx") continue;
    if (best.empty() || entry.file_size() < std::filesystem::file_size(best)) best = entry.path();
  }
  return best;
}

}  // namespace

int main(int count, char** arguments) {
  if (count > 1 && std::strcmp(arguments[1], "worker") == 0) return run_worker(3);  // kChildDescriptor
  {
    const auto worker = make_worker("/proc/self/exe");
    register_pair("nearly_empty", SAM_TEST_MODELS "/arithmetic.onnx", worker);
    register_pair("nearly_empty_1_mb", SAM_TEST_MODELS "/arithmetic.onnx", worker, {rows_of_1_mb, {"sum"}});
    const char* folder = std::getenv("SAM_BENCH_MODEL");
    if (folder == nullptr) {
      std::fprintf(stderr,
                   "worker_overhead: SAM_BENCH_MODEL names no folder of *.onnx; the nearly empty network alone\n");
    } else if (const std::filesystem::path file = smallest_model(folder); !file.empty()) {
      register_pair("decoder", file, worker);
    }
  }
  benchmark::Initialize(&count, arguments);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::ClearRegisteredBenchmarks();
  return 0;
}
