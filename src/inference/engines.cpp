#include "inference/engines.h"

#include "inference/openvino_report.h"

namespace sam {

std::vector<EngineReport> report_engines() {
  return {report_openvino()};
}

std::string missing_cuda_engine() {
  return "this program was built without ONNX Runtime; use --device cpu";
}

std::unique_ptr<Model> load_model(const ModelOptions& options) {
  if (options.device.starts_with("cuda")) {
    throw ModelError("cannot load a model on " + options.device + ": " + missing_cuda_engine());
  }
  return load_openvino_model(options);
}

}  // namespace sam
