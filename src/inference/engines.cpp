#include "inference/engines.h"

#include <algorithm>

#include "inference/onnxruntime_model.h"
#include "inference/openvino_model.h"
#include "inference/openvino_report.h"

namespace sam {

bool leaves_out(const ModelOptions& options, const std::string& output) {
  const std::vector<std::string>& without = options.without_outputs;
  return std::find(without.begin(), without.end(), output) != without.end();
}

const char* precision_name(Precision precision) {
  switch (precision) {
    case Precision::bf16:
      return "bf16";
    case Precision::f16:
      return "f16";
    case Precision::f32:
      break;
  }
  return "f32";
}

std::vector<EngineReport> report_engines() {
  return {report_openvino(), report_onnxruntime()};
}

std::string missing_cuda_engine() {
  return missing_onnxruntime_cuda();
}

bool has_half_precision(const std::filesystem::path& file) {
  std::filesystem::path half = file;
  std::error_code ignored;
  return std::filesystem::exists(half.replace_extension(".fp16.onnx"), ignored);
}

std::unique_ptr<Model> load_model(const ModelOptions& options) {
  return load_model(options, make_heap_tensor);
}

std::unique_ptr<Model> load_model(const ModelOptions& options, TensorMaker make_tensor) {
  if (!options.device.starts_with("cuda")) return load_openvino_model(options, std::move(make_tensor));
  if (const std::string missing = missing_onnxruntime_cuda(); !missing.empty()) {
    throw ModelError("cannot load a model on " + options.device + ": " + missing);
  }
  return load_onnxruntime_model(options, {options.device_limit_bytes, options.tf32, options.enable_memory_growth},
                                std::move(make_tensor));
}

}  // namespace sam
