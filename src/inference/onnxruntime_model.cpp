#define ORT_API_MANUAL_INIT
#include "inference/onnxruntime_model.h"

#include <onnxruntime_cxx_api.h>
#include <onnxruntime_run_options_config_keys.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
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
#include "inference/onnxruntime_settings.h"
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

// A card's memory is one arena for all models, limited for all of them together. On the CPU, where a test asks for it.
bool shares_arena(const ModelOptions& options, const OnnxRuntimeOptions& tuning) {
  return cuda_device(options.device) || tuning.device_limit_bytes > 0;
}

Ort::SessionOptions session_options(const ModelOptions& options, const OnnxRuntimeOptions& tuning) {
  Ort::SessionOptions session;
  for (const auto& [key, value] : session_settings(shares_arena(options, tuning))) {
    session.AddConfigEntry(key.c_str(), value.c_str());
  }
  const std::optional<int> device = cuda_device(options.device);
  if (!device) {
    session.SetIntraOpNumThreads(options.threads);
    return session;
  }
  session.SetIntraOpNumThreads(1);  // what stays on the CPU is arithmetic on shapes
  Ort::CUDAProviderOptions cuda;
  cuda.Update(cuda_settings(*device, tuning));
  session.AppendExecutionProvider_CUDA_V2(*cuda);
  return session;
}

Ort::MemoryInfo device_memory(const std::optional<int>& device) {
  if (device) return {"Cuda", OrtArenaAllocator, *device, OrtMemTypeDefault};
  return {"Cpu", OrtArenaAllocator, 0, OrtMemTypeDefault};
}

std::shared_ptr<OnnxRuntimeMemory> memory_for(const ModelOptions& options, const OnnxRuntimeOptions& tuning) {
  const bool on_host = !cuda_device(options.device);
  return shared_onnxruntime_memory(on_host ? card_arena_bytes(tuning.device_limit_bytes) : 0);
}

// y = Neg(x), of one float each.
constexpr std::array<unsigned char, 58> smallest_model{
    0x08, 0x08, 0x3a, 0x32, 0x0a, 0x0b, 0x0a, 0x01, 0x78, 0x12, 0x01, 0x79, 0x22, 0x03, 0x4e,
    0x65, 0x67, 0x12, 0x01, 0x67, 0x5a, 0x0f, 0x0a, 0x01, 0x78, 0x12, 0x0a, 0x0a, 0x08, 0x08,
    0x01, 0x12, 0x04, 0x0a, 0x02, 0x08, 0x01, 0x62, 0x0f, 0x0a, 0x01, 0x79, 0x12, 0x0a, 0x0a,
    0x08, 0x08, 0x01, 0x12, 0x04, 0x0a, 0x02, 0x08, 0x01, 0x42, 0x02, 0x10, 0x0d};

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

  // What loading took through our allocator (exact if no other model worked meanwhile), at least the file, which is mapped, and what an arena
  // of the host grew by since.
  std::uint64_t bytes_held() const override {
    return std::max(loaded_host_bytes_.load(), weights_on_host()) + grown_host_bytes_;
  }

  ModelUse last_use() const override { return last_use_.get(); }

  // Our allocator of the host keeps nothing between runs. An arena keeps what runs needed: what nobody uses now goes back, that of all models
  // on the card. An arena that was taken at once stays.
  void release_memory() override {
    {
      const TurnQueue::Turn turn = turns_.take();
      LastUse::Operation operation(last_use_);
      if (tuning_.grow_on_demand && shares_arena(options_, tuning_)) shrink_arena();
      note_arena(operation);
    }
    trim_heap();
  }

 private:
  void load(LastUse::Operation& operation) {
    try {
      const std::uint64_t before = memory_->host_bytes();
      const std::optional<int> device = cuda_device(options_.device);
      const std::uint64_t arena_limit_bytes = card_arena_bytes(tuning_.device_limit_bytes);
      if (device) memory_->limit_card(*device, arena_limit_bytes);
      Ort::Session session(environment_, path_.c_str(), session_options(options_, tuning_));
      arena_ = Ort::Allocator(session, device_memory(device));
      if (!tuning_.grow_on_demand) fill_arena(arena_limit_bytes);
      session_ = std::move(session);
      const std::uint64_t after = memory_->host_bytes();
      loaded_host_bytes_ = after > before ? after - before : 0;
      loaded_arena_bytes_ = arena_bytes();
      note_arena(operation);
    } catch (const std::exception& error) {
      grown_host_bytes_ = 0;
      rethrow_onnxruntime_error("loading " + path_.string() + " on " + options_.device, error, options_.device,
                                operation.refused_bytes());
    }
  }

  // Allocates all that the arena may still have and gives it back: the arena keeps it, as one piece. (Its configuration cannot say this: the size
  // of its first piece is an int and only a wish.)
  void fill_arena(std::uint64_t limit_bytes) {
    constexpr std::uint64_t granule = 256;  // the arena rounds up to it
    const std::uint64_t held = arena_bytes();
    const std::uint64_t rest = limit_bytes > held ? limit_bytes - held : 0;
    if (rest >= granule) arena_.Free(arena_.Alloc(rest / granule * granule));
  }

  // Arenas shrink at the end of a run that says so: here of a run that needs next to nothing.
  void shrink_arena() {
    try {
      const std::optional<int> device = cuda_device(options_.device);
      const std::string arena = device ? "gpu:" + std::to_string(*device) : "cpu:0";
      Ort::Session session(environment_, smallest_model.data(), smallest_model.size(),
                           session_options(options_, tuning_));
      float x = 0;
      float y = 0;
      constexpr std::int64_t shape = 1;
      Ort::IoBinding binding(session);  // to memory of ours: a block of the arena would keep what lies around it
      binding.BindInput("x", Ort::Value::CreateTensor(host_, &x, 1, &shape, 1));
      binding.BindOutput("y", Ort::Value::CreateTensor(host_, &y, 1, &shape, 1));
      Ort::RunOptions shrinking;
      shrinking.AddConfigEntry(kOrtRunOptionsConfigEnableMemoryArenaShrinkage, arena.c_str());
      session.Run(shrinking, binding);
    } catch (const Ort::Exception& error) {
      spdlog::warn("giving back memory of {} failed: {}", options_.device, error.what());
    }
  }

  // Of all models.
  std::uint64_t arena_bytes() const {
    try {
      const std::unordered_map<std::string, std::string> stats = arena_.GetStats().GetKeyValuePairs();
      if (const auto total = stats.find("TotalAllocated"); total != stats.end()) return std::stoull(total->second);
    } catch (const std::exception&) {  // an allocator without an arena keeps none
    }
    return 0;
  }

  std::uint64_t weights_on_host() const { return cuda_device(options_.device) ? 0 : file_.size_bytes; }

  // Of the card: the arena, with the weights and activations of all models. CUDA's own context (hundreds of MB) only the card's probe sees.
  std::uint64_t device_bytes() const { return cuda_device(options_.device) && arena_ ? arena_bytes() : 0; }

  // What others may read while the engine works. The arena only grows during a run: its size afterwards is the peak.
  void note_arena(LastUse::Operation& operation) {
    operation.device.after_bytes = device_bytes();
    operation.device.peak_bytes = std::max(operation.device.before_bytes, operation.device.after_bytes);
    if (cuda_device(options_.device)) return;
    const std::uint64_t now = arena_bytes();
    grown_host_bytes_ = now > loaded_arena_bytes_ ? now - loaded_arena_bytes_ : 0;
  }

  void describe_ports() {
    const std::vector<std::string> inputs = session_.GetInputNames();
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      description_.inputs.push_back(describe(inputs[i], session_.GetInputTypeInfo(i)));
    }
    const std::vector<std::string> outputs = session_.GetOutputNames();
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      if (leaves_out(options_, outputs[i])) continue;
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
  Ort::Session session_{nullptr};         // used by whoever has the turn
  Ort::Allocator arena_{nullptr};         // of all models of the device, likewise
  std::uint64_t loaded_arena_bytes_ = 0;  // after loading
  std::atomic<std::uint64_t> loaded_host_bytes_ = 0;
  std::atomic<std::uint64_t> grown_host_bytes_ = 0;
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
