#define ORT_API_MANUAL_INIT
#include "inference/onnxruntime_model.h"

#include <onnxruntime_cxx_api.h>
#include <onnxruntime_session_options_config_keys.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstring>
#include <optional>
#include <unordered_map>

#include "inference/last_use.h"
#include "inference/onnx_file.h"
#include "inference/onnxruntime_error.h"
#include "inference/onnxruntime_library.h"
#include "inference/onnxruntime_memory.h"
#include "inference/tensor_check.h"
#include "inference/turn.h"
#include "platform/heap.h"

namespace sam {
namespace {

ElementType element_type(ONNXTensorElementDataType type, const std::string& name) {
  switch (type) {
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT:
      return ElementType::f32;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16:
      return ElementType::f16;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8:
      return ElementType::u8;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32:
      return ElementType::i32;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64:
      return ElementType::i64;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL:
      return ElementType::boolean;
    default:
      throw ModelError("tensor " + name + " has ONNX element type " + std::to_string(type) +
                       ", which is not supported");
  }
}

ONNXTensorElementDataType engine_type(ElementType type) {
  switch (type) {
    case ElementType::f32:
      return ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
    case ElementType::f16:
      return ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16;
    case ElementType::u8:
      return ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8;
    case ElementType::i32:
      return ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32;
    case ElementType::i64:
      return ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64;
    case ElementType::boolean:
      return ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL;
  }
  throw ModelError("no such element type");
}

TensorInfo describe(const std::string& name, const Ort::TypeInfo& type) {
  if (type.GetONNXType() != ONNX_TYPE_TENSOR) throw ModelError("model value " + name + " is not a tensor");
  const auto tensor = type.GetTensorTypeAndShapeInfo();
  if (!tensor.HasShape()) throw ModelError("tensor " + name + " has no known number of dimensions");
  return {name, element_type(tensor.GetElementType(), name), tensor.GetShape()};
}

bool is_open(const Shape& shape) {
  return std::find(shape.begin(), shape.end(), -1) != shape.end();
}

// "cpu" → nothing, "cuda:1" → 1.
std::optional<int> cuda_device(const std::string& device) {
  if (device == "cpu") return std::nullopt;
  constexpr std::string_view prefix = "cuda:";
  int number = -1;
  if (device.starts_with(prefix)) {
    const char* const end = device.data() + device.size();
    const auto result = std::from_chars(device.data() + prefix.size(), end, number);
    if (result.ec != std::errc() || result.ptr != end) number = -1;
  }
  if (number < 0) throw ModelError("no engine for device \"" + device + "\": use cpu, cuda:0, cuda:1 …");
  return number;
}

// ONNX Runtime computes in the types of the file, so that lower precision is another file.
std::filesystem::path file_of_precision(const ModelOptions& options) {
  if (options.precision == Precision::f32) return options.file;
  std::filesystem::path half = options.file;
  half.replace_extension(".fp16.onnx");
  std::error_code ignored;
  if (std::filesystem::exists(half, ignored)) return half;
  throw ModelError("lower precision on " + options.device + " needs " + half.string() +
                   ", which is not there; make it with onnxconverter_common.float16 (keep_io_types=True; "
                   "docs/models.md) or use --precision f32");
}

// The card's memory that must not grow is taken once for all models, at the first one's load.
bool takes_all_at_once(const OnnxRuntimeOptions& tuning) {
  return !tuning.grow_on_demand && tuning.device_limit_bytes > 0;
}

void add_cuda(Ort::SessionOptions& session, int device, const OnnxRuntimeOptions& tuning) {
  std::unordered_map<std::string, std::string> settings{
      {"device_id", std::to_string(device)},
      {"use_tf32", tuning.tf32 ? "1" : "0"},
      {"arena_extend_strategy", "kSameAsRequested"},
      // The exhaustive search and the largest workspaces buy little speed for gigabytes.
      {"cudnn_conv_algo_search", "HEURISTIC"},
      {"cudnn_conv_use_max_workspace", "0"}};
  if (tuning.device_limit_bytes > 0) settings["gpu_mem_limit"] = std::to_string(tuning.device_limit_bytes);
  Ort::CUDAProviderOptions cuda;
  cuda.Update(settings);
  session.AppendExecutionProvider_CUDA_V2(*cuda);
}

Ort::SessionOptions session_options(const ModelOptions& options, const OnnxRuntimeOptions& tuning) {
  Ort::SessionOptions session;
  // Weights outside of the arena: what it holds between runs is then all to be given back. But inside where it is limited for all.
  session.AddConfigEntry(kOrtSessionOptionsUseDeviceAllocatorForInitializers, takes_all_at_once(tuning) ? "0" : "1");
  session.AddConfigEntry(kOrtSessionOptionsConfigUseEnvAllocators, "1");
  session.AddConfigEntry(kOrtSessionOptionsConfigAllowIntraOpSpinning,
                         "0");  // idle threads must not burn the user's CPU
  if (const std::optional<int> device = cuda_device(options.device)) {
    session.SetIntraOpNumThreads(1);  // what stays on the CPU is arithmetic on shapes
    add_cuda(session, *device, tuning);
  } else {
    session.SetIntraOpNumThreads(options.threads);
  }
  return session;
}

Ort::MemoryInfo device_memory(const std::optional<int>& device) {
  if (device) return {"Cuda", OrtArenaAllocator, *device, OrtMemTypeDefault};
  return {"Cpu", OrtArenaAllocator, 0, OrtMemTypeDefault};
}

std::shared_ptr<OnnxRuntimeMemory> memory_for(const ModelOptions& options, const OnnxRuntimeOptions& tuning) {
  if (takes_all_at_once(tuning) && !cuda_device(options.device)) {
    return make_onnxruntime_memory(tuning.device_limit_bytes);
  }
  return shared_onnxruntime_memory();
}

class OnnxRuntimeModel final : public Model {
 public:
  OnnxRuntimeModel(ModelOptions options, const OnnxRuntimeOptions& tuning, TensorMaker make_tensor)
      : options_(std::move(options)),
        tuning_(tuning),
        make_tensor_(std::move(make_tensor)),
        path_(file_of_precision(options_)),
        file_(read_onnx_file(path_)),
        memory_(memory_for(options_, tuning_)),
        environment_(ORT_LOGGING_LEVEL_ERROR, "sam"),
        host_(Ort::MemoryInfo::CreateCpu(OrtDeviceAllocator, OrtMemTypeDefault)) {
    LastUse::Operation operation(last_use_);
    load(operation);
    describe_ports();
    description_.hash = file_.hash;
    description_.engine = "ONNX Runtime " + process_onnxruntime().version +
                          (cuda_device(options_.device) ? " CUDA, " : " CPU, ") + precision_name(options_.precision);
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
    LastUse::Operation operation(last_use_);
    if (!session_) load(operation);
    operation.device.before_bytes = device_bytes();
    try {
      std::vector<Tensor> results = infer(inputs, wanted, stop);
      note_arena(operation);
      return results;
    } catch (const std::exception& error) {
      note_arena(operation);
      if (stop.stop_requested()) throw Stopped();
      rethrow_onnxruntime_error("running " + path_.string(), error, options_.device, operation.refused_bytes());
    }
  }

  // What loading took through our allocator (exact if no other model worked meanwhile), at least the file, which is mapped, and what the arena
  // grew by since.
  std::uint64_t bytes_held() const override {
    return std::max(loaded_host_bytes_.load(), weights_on_host()) + grown_bytes_;
  }

  ModelUse last_use() const override { return last_use_.get(); }

  // The host's allocator keeps nothing between runs. A session's arena on a card shrinks only at the end of a run, and then keeps its first
  // piece: a new session is the way to give back all of it at once, at the cost of loading. An arena that was taken at once stays.
  void release_memory() override {
    {
      const TurnQueue::Turn turn = turns_.take();
      if (session_ && (grown_bytes_ == 0 || takes_all_at_once(tuning_))) return;
      arena_ = Ort::Allocator(nullptr);
      session_ = Ort::Session(nullptr);
      LastUse::Operation operation(last_use_);
      load(operation);
    }
    trim_heap();
  }

 private:
  void load(LastUse::Operation& operation) {
    try {
      const std::uint64_t before = memory_->host_bytes();
      const std::optional<int> device = cuda_device(options_.device);
      if (device && takes_all_at_once(tuning_)) memory_->limit_card(*device, tuning_.device_limit_bytes);
      Ort::Session session(environment_, path_.c_str(), session_options(options_, tuning_));
      arena_ = Ort::Allocator(session, device_memory(device));
      if (takes_all_at_once(tuning_)) fill_arena();
      session_ = std::move(session);
      const std::uint64_t after = memory_->host_bytes();
      loaded_host_bytes_ = after > before ? after - before : 0;
      loaded_bytes_ = arena_bytes();
      grown_bytes_ = 0;
      note_arena(operation);
    } catch (const std::exception& error) {
      grown_bytes_ = 0;
      rethrow_onnxruntime_error("loading " + path_.string() + " on " + options_.device, error, options_.device,
                                operation.refused_bytes());
    }
  }

  // Allocates all that the arena may still have and gives it back: the arena keeps it, as one piece. (Its configuration cannot say this: the size
  // of its first piece is an int and only a wish.)
  void fill_arena() {
    constexpr std::uint64_t granule = 256;  // the arena rounds up to it
    const std::uint64_t held = arena_bytes();
    const std::uint64_t rest = tuning_.device_limit_bytes > held ? (tuning_.device_limit_bytes - held) : 0;
    if (rest >= granule) arena_.Free(arena_.Alloc(rest / granule * granule));
  }

  std::uint64_t arena_bytes() const {
    try {
      const std::unordered_map<std::string, std::string> stats = arena_.GetStats().GetKeyValuePairs();
      if (const auto total = stats.find("TotalAllocated"); total != stats.end()) return std::stoull(total->second);
    } catch (const std::exception&) {  // an allocator without an arena keeps none
    }
    return 0;
  }

  std::uint64_t weights_on_host() const { return cuda_device(options_.device) ? 0 : file_.size_bytes; }

  // Of the card: weights and arena. CUDA's own context (hundreds of MB) only the card's probe sees.
  std::uint64_t device_bytes() const {
    return cuda_device(options_.device) ? std::max(arena_bytes(), file_.size_bytes + grown_bytes_) : 0;
  }

  // What others may read while the engine works. The arena only grows during a run: its size afterwards is the peak.
  void note_arena(LastUse::Operation& operation) {
    const std::uint64_t now = arena_bytes();
    grown_bytes_ = now > loaded_bytes_ ? now - loaded_bytes_ : 0;
    operation.device.after_bytes = device_bytes();
    operation.device.peak_bytes = std::max(operation.device.before_bytes, operation.device.after_bytes);
  }

  void describe_ports() {
    const std::vector<std::string> inputs = session_.GetInputNames();
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      description_.inputs.push_back(describe(inputs[i], session_.GetInputTypeInfo(i)));
    }
    const std::vector<std::string> outputs = session_.GetOutputNames();
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      description_.outputs.push_back(describe(outputs[i], session_.GetOutputTypeInfo(i)));
    }
  }

  // The tensor's own memory as the engine sees it.
  Ort::Value wrap(const Tensor& tensor) const {
    return Ort::Value::CreateTensor(host_, tensor.buffer->data(), tensor.size_bytes(), tensor.shape.data(),
                                    tensor.shape.size(), engine_type(tensor.type));
  }

  std::vector<Tensor> infer(std::span<const Tensor> inputs, const std::vector<std::size_t>& wanted,
                            const std::stop_token& stop) {
    Ort::IoBinding binding(session_);
    for (const Tensor& input : inputs) binding.BindInput(input.name.c_str(), wrap(input));
    std::vector<Tensor> results = bind_outputs(binding, wanted);
    binding.SynchronizeInputs();
    Ort::RunOptions run_options;
    {
      const std::stop_callback cancel(stop, [&run_options] { run_options.SetTerminate(); });
      session_.Run(run_options, binding);
    }
    binding.SynchronizeOutputs();
    const std::vector<Ort::Value> made = binding.GetOutputValues();
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (!results[i].buffer) results[i] = copy_output(wanted[i], made[i]);
    }
    return results;
  }

  // Outputs of known shape are written by the engine straight into the caller's tensor; the others stay without a buffer.
  std::vector<Tensor> bind_outputs(Ort::IoBinding& binding, const std::vector<std::size_t>& wanted) {
    std::vector<Tensor> results(wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const TensorInfo& info = description_.outputs[wanted[i]];
      if (is_open(info.shape)) {
        binding.BindOutput(info.name.c_str(), host_);
      } else {
        results[i] = make_tensor(info.name, info.type, info.shape);
        binding.BindOutput(info.name.c_str(), wrap(results[i]));
      }
    }
    return results;
  }

  Tensor copy_output(std::size_t index, const Ort::Value& made) {
    const TensorInfo& info = description_.outputs[index];
    Tensor result = make_tensor(info.name, info.type, made.GetTensorTypeAndShapeInfo().GetShape());
    std::memcpy(result.buffer->data(), made.GetTensorRawData(), result.size_bytes());
    return result;
  }

  const ModelOptions options_;
  const OnnxRuntimeOptions tuning_;
  const TensorMaker make_tensor_;
  const std::filesystem::path path_;
  const OnnxFile file_;
  const std::shared_ptr<OnnxRuntimeMemory> memory_;  // outlives the session
  Ort::Env environment_;                             // memory_'s: ONNX Runtime has one and counts its owners
  const Ort::MemoryInfo host_;
  Ort::Session session_{nullptr};   // used by whoever has the turn; null if loading again failed
  Ort::Allocator arena_{nullptr};   // the session's, likewise
  std::uint64_t loaded_bytes_ = 0;  // of the arena after loading: some devices keep weights there
  std::atomic<std::uint64_t> loaded_host_bytes_ = 0;
  std::atomic<std::uint64_t> grown_bytes_ = 0;
  ModelDescription description_;
  TurnQueue turns_;
  LastUse last_use_;
};

}  // namespace

std::unique_ptr<Model> load_onnxruntime_model(const ModelOptions& options, const OnnxRuntimeOptions& tuning,
                                              TensorMaker make_tensor) {
  const std::optional<int> device = cuda_device(options.device);
  const OnnxRuntimeLibrary& library = process_onnxruntime();
  if (library.api == nullptr) throw ModelError("cannot load a model on " + options.device + ": " + library.problem);
  if (device) preload_cuda_libraries(cuda_library_folders(library.file));
  return std::make_unique<OnnxRuntimeModel>(options, tuning, std::move(make_tensor));
}

}  // namespace sam
