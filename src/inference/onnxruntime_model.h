// Models by ONNX Runtime, for NVIDIA cards ("cuda:N", numbered as CUDA numbers the visible ones). "cpu" works as well, for comparison.
// Threading and ownership: as Model. Loading is safe from any thread.
#pragma once

#include <memory>
#include <string>

#include "inference/engines.h"
#include "inference/model.h"

namespace sam {

struct OnnxRuntimeOptions {
  std::uint64_t device_limit_bytes = 0;  // of the card's memory, for activations; 0: none
  bool tf32 = false;  // faster matrix products with 10 bits of mantissa: then f32 is no longer the model's own
  bool grow_as_requested = true;  // the card's arena grows by what is asked for; otherwise by doubling
};

// precision f16 or bf16: loads <name>.fp16.onnx, which must lie beside <name>.onnx. Throws ModelError, OutOfMemory.
std::unique_ptr<Model> load_onnxruntime_model(const ModelOptions& options, const OnnxRuntimeOptions& tuning,
                                              TensorMaker make_tensor);

EngineReport report_onnxruntime();

// Empty if sessions on an NVIDIA card can be made; otherwise what is missing and how to get it.
std::string missing_onnxruntime_cuda();

}  // namespace sam
