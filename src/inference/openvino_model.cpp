#include "inference/openvino_model.h"

#include <sched.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <openvino/openvino.hpp>
#include <openvino/runtime/exception.hpp>
#include <optional>

#include "inference/last_use.h"
#include "inference/onnx_file.h"
#include "inference/openvino_bands.h"
#include "inference/openvino_compiled.h"
#include "inference/openvino_error.h"
#include "inference/openvino_fold.h"
#include "inference/openvino_mask_product.h"
#include "inference/openvino_picture_input.h"
#include "inference/openvino_prompt_input.h"
#include "inference/tensor_check.h"
#include "inference/turn.h"
#include "platform/hash.h"
#include "platform/heap.h"
#include "platform/mapped_files.h"

namespace sam {
namespace {

ElementType element_type(const ov::element::Type& type, const std::string& name) {
  if (type == ov::element::f32) return ElementType::f32;
  if (type == ov::element::f16) return ElementType::f16;
  if (type == ov::element::u8) return ElementType::u8;
  if (type == ov::element::i32) return ElementType::i32;
  if (type == ov::element::i64) return ElementType::i64;
  if (type == ov::element::boolean) return ElementType::boolean;
  throw ModelError("tensor " + name + " has type " + type.get_type_name() + ", which is not supported");
}

ov::element::Type engine_type(ElementType type) {
  switch (type) {
    case ElementType::f32:
      return ov::element::f32;
    case ElementType::f16:
      return ov::element::f16;
    case ElementType::u8:
      return ov::element::u8;
    case ElementType::i32:
      return ov::element::i32;
    case ElementType::i64:
      return ov::element::i64;
    case ElementType::boolean:
      return ov::element::boolean;
  }
  throw ModelError("no such element type");
}

template <typename Port>
TensorInfo describe(const Port& port, const std::string& name) {
  TensorInfo info{name, element_type(port.get_element_type(), name), {}};
  const ov::PartialShape shape = port.get_partial_shape();
  if (shape.rank().is_dynamic()) throw ModelError("tensor " + name + " has no known number of dimensions");
  for (const ov::Dimension& dimension : shape)
    info.shape.push_back(dimension.is_static() ? dimension.get_length() : -1);
  return info;
}

ov::Shape engine_shape(const Shape& shape) {
  return {shape.begin(), shape.end()};
}

ov::Tensor wrap(const Tensor& tensor) {
  return {engine_type(tensor.type), engine_shape(tensor.shape), tensor.buffer->data()};
}

int available_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return ::sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

// OpenVINO 2026.4 crashes compiling the SAM decoder at reduced precision where it has one thread: on a single processor it gets f32.
Precision usable_precision(Precision asked) {
  return available_cpus() == 1 ? Precision::f32 : asked;
}

ov::AnyMap engine_properties(Precision precision, int threads) {
  ov::element::Type type = ov::element::f32;
  if (precision == Precision::bf16) type = ov::element::bf16;
  if (precision == Precision::f16) type = ov::element::f16;
  ov::AnyMap properties{ov::hint::inference_precision(type),
                        ov::hint::performance_mode(ov::hint::PerformanceMode::LATENCY), ov::num_streams(1)};
  if (precision != Precision::f32 && threads == 1) threads = 2;
  if (threads > 0) properties.insert(ov::inference_num_threads(threads));
  return properties;
}

using SteadyClock = std::chrono::steady_clock;

// What loading needed and running does not.
void give_back_leftovers() {
  trim_heap();
  release_file_pages();
}

class OpenVinoModel final : public Model {
 public:
  OpenVinoModel(ModelOptions options, TensorMaker make_tensor)
      : options_(std::move(options)),
        precision_(usable_precision(options_.precision)),
        make_tensor_(std::move(make_tensor)),
        file_(read_onnx_file(options_.file)) {
    if (precision_ != options_.precision) {
      spdlog::warn("{} runs in f32: there is one processor, on which the engine fails in {}",
                   options_.file.filename().string(), precision_name(options_.precision));
    }
    compile(LastUse::Operation(last_use_));
    description_.hash = file_.hash;
    description_.engine = engine_name() + ", " + precision_name(precision_);
    for (const std::string& name : file_.inputs) {
      description_.inputs.push_back(describe(engine_->model.input(name), name));
    }
    for (const std::string& name : file_.outputs) {
      if (!leaves_out(options_, name)) description_.outputs.push_back(describe(engine_->model.output(name), name));
    }
  }

  const ModelDescription& description() const override { return description_; }

  Tensor make_tensor(std::string name, ElementType type, Shape shape) override {
    return make_or_refuse(make_tensor_, std::move(name), type, std::move(shape));
  }

  std::vector<Tensor> run(std::span<const Tensor> inputs, std::span<const std::string> outputs,
                          std::stop_token stop) override {
    check_inputs(description_, inputs);
    const std::vector<std::size_t> wanted = output_indices(description_, outputs);
    const TurnQueue::Turn turn = turns_.take(stop);
    const LastUse::Operation operation(last_use_);
    if (!engine_) compile(operation);
    try {
      return infer(inputs, wanted, stop);
    } catch (const Stopped&) {
      throw;
    } catch (const ov::Cancelled&) {
      if (!engine_->has_fixed_inputs)
        engine_.reset();  // spoilt (openvino_picture_input.h): the next run makes a new one
      throw Stopped();
    } catch (const std::exception& error) {
      // After a failed allocation a compiled model answers nonsense or fails for ever: the next run makes a new one.
      engine_.reset();
      rethrow_engine_error("running " + options_.file.string(), error, operation.refused_bytes());
    }
  }

  // The engine does not say: the size of its weights.
  std::uint64_t bytes_held() const override { return file_.size_bytes; }

  ModelUse last_use() const override { return last_use_.get(); }

  void release_memory() override {
    {
      const TurnQueue::Turn turn = turns_.take();
      if (engine_) engine_->model.release_memory();
    }
    give_back_leftovers();
  }

 private:
  struct Engine {
    ov::CompiledModel model;
    ov::InferRequest request;
    bool has_fixed_inputs = false;
    SteadyClock::duration compile_time{};
    SteadyClock::duration run_time{};  // of the last run that ended; 0: none did
    std::vector<bool> output_is_lent;  // by place in the description: the request points into a caller's tensor
  };

  // A cancelled run with open shapes costs a new engine: short runs, such as those of decoders, are left to end.
  static bool pays_to_cancel(const Engine& engine) {
    return engine.has_fixed_inputs || engine.run_time > engine.compile_time;
  }

  static std::string engine_name() {
    std::string build = ov::get_openvino_version().buildNumber;  // "2026.4.1-21919-…"
    return "OpenVINO " + build.substr(0, build.find('-'));
  }

  void remove_unwanted_outputs(ov::Model& model) const {
    for (const std::string& name : file_.outputs) {
      if (!leaves_out(options_, name)) continue;
      const ov::Output<ov::Node> output = model.output(name);
      model.remove_result(ov::as_type_ptr<ov::op::v0::Result>(output.get_node_shared_ptr()));
    }
  }

  // To be raised when read_graph() changes: models kept before are then compiled again.
  static constexpr int arrangement = 4;

  // The file's network, arranged so that it runs well.
  std::shared_ptr<ov::Model> read_graph(ov::Core& core) const {
    std::shared_ptr<ov::Model> model = core.read_model(options_.file.string());
    remove_unwanted_outputs(*model);
    ask_about_one_object(model);
    fold_constant_resizes(model);
    multiply_channels_last(model);
    model = with_fixed_picture_size(model);
    divide_wide_blocks(model);
    return model;
  }

  // All that the compiled model depends on, but the processor, which the engine checks.
  CompiledName kept_name() const {
    std::string asked = file_.hash + ' ' + precision_name(precision_);
    for (const int number : {options_.threads, available_cpus()}) asked += ' ' + std::to_string(number);
    for (const std::string& output : options_.without_outputs) asked += ' ' + output;
    const std::string made_by = std::string(ov::get_openvino_version().buildNumber) + ' ' + std::to_string(arrangement);
    return {content_hash(asked), content_hash(made_by)};
  }

  ov::CompiledModel compiled(ov::Core& core) const {
    const ov::AnyMap properties = engine_properties(precision_, options_.threads);
    const std::filesystem::path& folder = options_.compiled_folder;
    if (folder.empty()) return core.compile_model(read_graph(core), "CPU", properties);
    const CompiledName name = kept_name();
    if (const auto kept = kept_compiled(core, folder, name, properties)) return *kept;
    {
      const ov::CompiledModel model = core.compile_model(read_graph(core), "CPU", properties);
      if (!keep_compiled(model, folder, name)) return model;
    }
    // The weights as they were read stay in memory beside those arranged for the processor; read back from the kept file they are pages of
    // it, which need not stay. It costs half of compiling, once.
    trim_heap();
    const auto kept = kept_compiled(core, folder, name, properties);
    return kept ? *kept : core.compile_model(read_graph(core), "CPU", properties);
  }

  void compile(const LastUse::Operation& operation) {
    try {
      ov::Core core;
      core.set_property(ov::enable_mmap(true));
      const HeapByResidence untouched_counts_nothing;
      Engine engine;
      const auto begin = SteadyClock::now();
      engine.model = compiled(core);
      engine.compile_time = SteadyClock::now() - begin;
      engine.has_fixed_inputs = has_fixed_inputs(engine.model);
      engine.request = engine.model.create_infer_request();
      engine.model.release_memory();  // its working memory, which nobody has touched: the first run asks for it again
      engine.output_is_lent.resize(engine.model.outputs().size());
      give_back_leftovers();
      engine_ = std::move(engine);
    } catch (const std::exception& error) {
      rethrow_engine_error("loading " + options_.file.string(), error, operation.refused_bytes());
    }
  }

  std::vector<Tensor> infer(std::span<const Tensor> inputs, const std::vector<std::size_t>& wanted,
                            const std::stop_token& stop) {
    for (const Tensor& input : inputs) engine_->request.set_tensor(engine_->model.input(input.name), wrap(input));
    std::vector<Tensor> results = lend_outputs(wanted);
    const auto begin = SteadyClock::now();
    engine_->request.start_async();
    {
      // Made after the start: a request is cancelled only while it runs. If stop came before, it runs here.
      const std::stop_callback cancel(stop, [this] {
        if (pays_to_cancel(*engine_)) engine_->request.cancel();
      });
      engine_->request.wait();
    }
    const bool first = engine_->run_time == SteadyClock::duration::zero();
    engine_->run_time = SteadyClock::now() - begin;
    if (stop.stop_requested()) throw Stopped();
    if (first) release_file_pages();  // of what made the kernels for these shapes
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (!results[i].buffer) results[i] = copy_output(wanted[i]);
    }
    return results;
  }

  // Outputs of known shape are written by the engine straight into the caller's tensor; the others stay without a buffer.
  std::vector<Tensor> lend_outputs(const std::vector<std::size_t>& wanted) {
    std::vector<Tensor> results(wanted.size());
    for (std::size_t index = 0; index < description_.outputs.size(); ++index) {
      const TensorInfo& info = description_.outputs[index];
      if (std::find(info.shape.begin(), info.shape.end(), -1) != info.shape.end()) continue;
      const auto place = std::find(wanted.begin(), wanted.end(), index);
      const auto port = engine_->model.output(info.name);
      if (place != wanted.end()) {
        Tensor& result = results[static_cast<std::size_t>(place - wanted.begin())];
        result = make_tensor_(info.name, info.type, info.shape);
        engine_->request.set_tensor(port, wrap(result));
        engine_->output_is_lent[index] = true;
      } else if (engine_->output_is_lent[index]) {  // the tensor lent last time may be gone
        engine_->request.set_tensor(port, ov::Tensor(engine_type(info.type), engine_shape(info.shape)));
        engine_->output_is_lent[index] = false;
      }
    }
    return results;
  }

  Tensor copy_output(std::size_t index) {
    const TensorInfo& info = description_.outputs[index];
    const ov::Tensor made = engine_->request.get_tensor(engine_->model.output(info.name));
    const ov::Shape shape = made.get_shape();
    Tensor result = make_tensor_(info.name, info.type, Shape(shape.begin(), shape.end()));
    if (result.size_bytes() > 0) std::memcpy(result.buffer->data(), made.data(), result.size_bytes());
    return result;
  }

  const ModelOptions options_;
  const Precision precision_;
  const TensorMaker make_tensor_;
  const OnnxFile file_;
  ModelDescription description_;
  TurnQueue turns_;
  LastUse last_use_;
  std::optional<Engine> engine_;  // used by whoever has the turn; nothing after a failed run
};

}  // namespace

std::unique_ptr<Model> load_openvino_model(const ModelOptions& options, TensorMaker make_tensor) {
  if (options.device != "cpu") {
    throw ModelError("no engine for device \"" + options.device + "\" in this build: use --device cpu");
  }
  return std::make_unique<OpenVinoModel>(options, std::move(make_tensor));
}

std::unique_ptr<Model> load_openvino_model(const ModelOptions& options) {
  return load_openvino_model(options, make_heap_tensor);
}

}  // namespace sam
