// The networks alone, to compare the program with: session_bare engine|model|worker PRECISION ENCODER DECODER. It answers commands on standard
// input, a line each, so that its runs alternate with the program's:
//   encode HEIGHT WIDTH   one run of the encoder on a picture of that size
//   decode POINTS         one run of the decoder on a prompt of that many points, orig_im_size 64
//   memory                the most that it has held
// engine: OpenVINO with the file as it comes and the product's settings, the run alone; model: the product's Model in this process, with what the
// product does to the network; worker: the same behind a worker process.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>
#include <openvino/openvino.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "inference/engines.h"
#include "inference/openvino_fold.h"
#include "inference/worker.h"
#include "platform/process_memory.h"
#include "segmentation/registry.h"

namespace {

using namespace sam;
using Clock = std::chrono::steady_clock;

double since_ms(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

// A loaded network and how a run of it is timed.
struct Network {
  ModelDescription description;
  std::function<Tensor(std::string, ElementType, Shape)> make_tensor;
  std::function<double(const std::vector<Tensor>&, std::vector<Tensor>&)> run_ms;  // fills the outputs
};

ov::element::Type engine_type(ElementType type) {
  if (type == ElementType::u8) return ov::element::u8;
  if (type == ElementType::f16) return ov::element::f16;
  return ov::element::f32;
}

Network load_in_engine(const std::filesystem::path& file, Precision precision, const ModelDescription& description) {
  ov::Core core;
  core.set_property(ov::enable_mmap(true));
  std::shared_ptr<ov::Model> graph = core.read_model(file.string());
  fold_constant_resizes(graph);
  const ov::AnyMap settings{
      ov::hint::inference_precision(precision == Precision::bf16 ? ov::element::bf16 : ov::element::f32),
      ov::hint::performance_mode(ov::hint::PerformanceMode::LATENCY), ov::num_streams(1)};
  ov::CompiledModel compiled = core.compile_model(graph, "CPU", settings);
  auto request = std::make_shared<ov::InferRequest>(compiled.create_infer_request());
  Network network{description, make_heap_tensor, {}};
  network.run_ms = [request, description](const std::vector<Tensor>& inputs, std::vector<Tensor>& outputs) {
    for (const Tensor& input : inputs) {
      request->set_tensor(input.name, {engine_type(input.type), ov::Shape(input.shape.begin(), input.shape.end()),
                                       input.buffer->data()});
    }
    const auto begin = Clock::now();
    request->infer();
    const double ms = since_ms(begin);
    outputs.clear();
    for (const TensorInfo& info : description.outputs) {
      const ov::Tensor made = request->get_tensor(info.name);
      const ov::Shape shape = made.get_shape();
      outputs.push_back(make_heap_tensor(info.name, info.type, Shape(shape.begin(), shape.end())));
      std::memcpy(outputs.back().buffer->data(), made.data(), outputs.back().size_bytes());
    }
    return ms;
  };
  return network;
}

Network load_model_layer(std::shared_ptr<Model> model, std::vector<std::string> wanted) {
  Network network{model->description(), {}, {}};
  network.make_tensor = [model](std::string name, ElementType type, Shape shape) {
    return model->make_tensor(std::move(name), type, std::move(shape));
  };
  network.run_ms = [model, wanted = std::move(wanted)](const std::vector<Tensor>& inputs,
                                                       std::vector<Tensor>& outputs) {
    const auto begin = Clock::now();
    outputs = model->run(inputs, wanted, {});
    return since_ms(begin);
  };
  return network;
}

class Runs {
 public:
  Runs(const std::string& through, Precision precision, const std::string& encoder, const std::string& decoder) {
    encoder_ = load(through, precision, encoder);
    decoder_ = load(through, precision, decoder);
  }

  double encode_ms(std::int64_t height, std::int64_t width) {
    const TensorInfo& info = encoder_.description.inputs.at(0);
    Shape shape = info.shape;
    if (shape.size() == 3) {
      if (shape[0] < 0) shape[0] = height;
      if (shape[1] < 0) shape[1] = width;
    }
    for (std::int64_t& side : shape) side = std::abs(side);
    const Tensor input = encoder_.make_tensor(info.name, info.type, shape);
    fill(input);
    return encoder_.run_ms({input}, embedding_);
  }

  double decode_ms(std::int64_t points) {
    if (embedding_.empty()) encode_ms(1024, 1024);
    std::vector<Tensor> inputs;
    for (const TensorInfo& info : decoder_.description.inputs) inputs.push_back(decoder_input(info, points));
    std::vector<Tensor> outputs;
    return decoder_.run_ms(inputs, outputs);
  }

 private:
  Network load(const std::string& through, Precision precision, const std::string& file) {
    ModelOptions options;
    options.file = file;
    options.precision = precision;
    if (through != "engine") options.without_outputs = needless_outputs(read_onnx_graph(file));
    if (through == "worker") {
      if (!worker_) worker_ = make_worker("/proc/self/exe");
      return load_model_layer(worker_->load(options), {});
    }
    std::shared_ptr<Model> model = load_model(options);
    if (through == "model") return load_model_layer(std::move(model), {});
    const ModelDescription description = model->description();
    model.reset();  // names and shapes only
    return load_in_engine(file, precision, description);
  }

  static void fill(const Tensor& tensor) {
    std::uint32_t state = 1;
    const auto next = [&state] { return (state = state * 1664525U + 1013904223U) >> 24; };
    if (tensor.type == ElementType::u8) {
      for (std::uint8_t& value : tensor.values<std::uint8_t>()) value = static_cast<std::uint8_t>(next());
    } else if (tensor.type == ElementType::f32) {
      const bool raw = tensor.shape.size() == 3;  // pixels, else normalised ones
      for (float& value : tensor.values<float>()) {
        value = raw ? static_cast<float>(next()) : (static_cast<float>(next()) - 127.0F) / 60.0F;
      }
    }
  }

  Tensor decoder_input(const TensorInfo& info, std::int64_t points) {
    for (std::size_t i = 0; i < embedding_.size(); ++i) {
      if (embedding_[i].name == info.name || (embedding_.size() == 1 && info.name == "image_embeddings")) {
        Tensor given = decoder_.make_tensor(info.name, embedding_[i].type, embedding_[i].shape);
        std::memcpy(given.buffer->data(), embedding_[i].buffer->data(), given.size_bytes());
        return given;
      }
    }
    Shape shape = info.shape;
    for (std::int64_t& side : shape) side = side < 0 ? 1 : side;
    if (info.name == "point_coords") shape = {1, points, 2};
    if (info.name == "point_labels") shape = {1, points};
    Tensor tensor = decoder_.make_tensor(info.name, info.type, shape);
    if (info.type != ElementType::f32) return tensor;
    const auto set = [&](float value) { std::ranges::fill(tensor.values<float>(), value); };
    if (info.name == "orig_im_size") set(64);
    if (info.name == "point_coords") set(300);
    if (info.name == "point_labels") set(1);
    return tensor;
  }

  std::shared_ptr<Worker> worker_;
  Network encoder_;
  Network decoder_;
  std::vector<Tensor> embedding_;
};

nlohmann::json answer(Runs& runs, const std::string& line) {
  std::istringstream words(line);
  std::string command;
  std::int64_t first = 0;
  std::int64_t second = 0;
  words >> command >> first >> second;
  if (command == "encode") return {{"ms", runs.encode_ms(first, second)}};
  if (command == "decode") return {{"ms", runs.decode_ms(first)}};
  if (command == "memory") return {{"peak_bytes", peak_resident_bytes(0).value_or(0)}};
  return {{"error", "unknown command " + command}};
}

}  // namespace

int main(int count, char** arguments) {
  if (count > 1 && std::strcmp(arguments[1], "worker") == 0 && count < 5) return run_worker(3);  // kChildDescriptor
  if (count != 5) {
    std::fprintf(stderr, "usage: session_bare engine|model|worker f32|bf16 ENCODER DECODER\n");
    return 2;
  }
  try {
    Runs runs(arguments[1], std::strcmp(arguments[2], "bf16") == 0 ? Precision::bf16 : Precision::f32, arguments[3],
              arguments[4]);
    std::cout << "{}" << std::endl;  // ready
    for (std::string line; std::getline(std::cin, line);) std::cout << answer(runs, line) << std::endl;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "session_bare: %s\n", error.what());
    return 1;
  }
  return 0;
}
