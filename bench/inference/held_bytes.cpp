// What a worker says its models hold, against what the kernel says its anonymous memory gained; what a run needs at its peak, what giving back
// brings, and how long a run takes. For each *.onnx of the folder SAM_BENCH_MODEL, each in a worker of its own, then all in one.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "inference/worker.h"
#include "platform/process_memory.h"

namespace {

using namespace sam;

double mb(std::uint64_t bytes) {
  return static_cast<double>(bytes) / 1e6;
}

std::vector<Tensor> make_inputs(Model& model) {
  std::vector<Tensor> inputs;
  for (const TensorInfo& info : model.description().inputs) {
    Shape shape = info.shape;
    // Open dimensions: a picture's sides, or the number of points.
    const std::int64_t open = shape.size() >= 3 && shape.back() == 3 ? 1024 : 1;
    for (std::int64_t& dimension : shape) dimension = dimension < 0 ? open : dimension;
    Tensor tensor = model.make_tensor(info.name, info.type, shape);
    if (info.name == "orig_im_size" && info.type == ElementType::f32) {
      for (float& side : tensor.values<float>()) side = 256;
    }
    inputs.push_back(std::move(tensor));
  }
  return inputs;
}

double run_ms(Model& model, const std::vector<Tensor>& inputs) {
  const auto begin = std::chrono::steady_clock::now();
  model.run(inputs, {}, {});
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

struct Line {
  std::uint64_t held = 0;
  std::uint64_t anonymous = 0;
};

void print(const char* when, const Line& line) {
  const double counted = mb(line.held);
  const double real = mb(line.anonymous);
  std::printf("  %-14s counted %7.1f MB   anonymous %7.1f MB   difference %+5.1f %%\n", when, counted, real,
              real > 0 ? 100 * (counted - real) / real : 0);
}

void measure(const std::vector<std::filesystem::path>& files) {
  const auto worker = make_worker("/proc/self/exe");
  {  // the process's own, before there is an engine in it
    ModelOptions none;
    none.file = "/nonexistent.onnx";
    try {
      worker->load(none);
    } catch (const ModelError&) {
    }
  }
  const auto anonymous = [&] { return anonymous_bytes(worker->pid()).value_or(0); };
  const std::uint64_t base = anonymous();
  std::vector<std::unique_ptr<Model>> models;
  const auto line = [&] {
    Line sum;
    for (const auto& model : models) sum.held += model->bytes_held();
    const std::uint64_t now = anonymous();
    sum.anonymous = now > base ? now - base : 0;
    return sum;
  };
  for (const auto& file : files) {
    std::printf("  %s\n", file.filename().c_str());
    ModelOptions options;
    options.file = file;
    const auto begin = std::chrono::steady_clock::now();
    models.push_back(worker->load(options));
    const double load_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    const ModelUse use = models.back()->last_use();
    std::printf("  load %.2f s, peak %.1f MB over %.1f MB\n", load_s, mb(use.host.peak_bytes),
                mb(use.host.before_bytes));
    print("after load", line());
  }
  for (const auto& model : models) {
    const std::vector<Tensor> inputs = make_inputs(*model);
    std::vector<double> times;
    for (int i = 0; i < 7; ++i) times.push_back(run_ms(*model, inputs));
    const double first = times.front();
    std::sort(times.begin() + 1, times.end());
    const ModelUse use = model->last_use();
    std::printf("  run: first %.0f ms, then %.0f ms (median of 6); peak %.1f MB over %.1f MB\n", first, times[4],
                mb(use.host.peak_bytes), mb(use.host.before_bytes));
  }
  print("after runs", line());
  for (const auto& model : models) model->release_memory();
  print("given back", line());
}

}  // namespace

int main(int count, char** arguments) {
  if (count > 1 && std::strcmp(arguments[1], "worker") == 0) return run_worker(3);  // kChildDescriptor
  const char* folder = std::getenv("SAM_BENCH_MODEL");
  if (folder == nullptr) {
    std::puts("held_bytes: SAM_BENCH_MODEL names no folder of *.onnx; nothing measured");
    return 0;
  }
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".onnx") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const auto& file : files) measure({file});
  std::puts("  all in one worker");
  measure(files);
  return 0;
}
