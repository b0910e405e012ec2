// Which inference engines this program can use, and loading by device: "cpu" → OpenVINO, "cuda:N" → ONNX Runtime, if its library is there.
// Threading: may be called from any thread.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "inference/model.h"

namespace sam {

struct EngineReport {
  std::string name;                  // "OpenVINO"
  std::string version;               // "2026.4.1-…"; empty if it cannot be used
  std::vector<std::string> devices;  // "CPU: AMD EPYC …"
  std::string problem;               // why it cannot be used and how to get it; empty if it can
};

std::vector<EngineReport> report_engines();

// Empty if models can be loaded on "cuda:N"; otherwise what is missing and how to get it.
std::string missing_cuda_engine();

// Whether <name>.fp16.onnx lies beside <name>.onnx: ONNX Runtime's lower precision is another file.
bool has_half_precision(const std::filesystem::path& file);

// In this process, with the engine that serves options.device. Throws ModelError, OutOfMemory.
std::unique_ptr<Model> load_model(const ModelOptions& options);

// As above; outputs of known shape are written straight into the tensors that make_tensor gives.
std::unique_ptr<Model> load_model(const ModelOptions& options, TensorMaker make_tensor);

}  // namespace sam
