// Models by ONNX Runtime, for NVIDIA cards ("cuda:N", numbered as CUDA numbers the visible ones). "cpu" works as well, for comparison.
// Threading and ownership: as Model. Loading is safe from any thread.
#pragma once

#include <memory>
#include <string>

#include "inference/engines.h"
#include "inference/model.h"

namespace sam {

struct OnnxRuntimeOptions {
  std::uint64_t device_limit_bytes = 0;  // of the card's memory, for all models of the process together; 0: none
  bool tf32 = false;  // faster matrix products with 10 bits of mantissa: then f32 is no longer the model's own
  // True: the arena of all models grows by what is asked for, up to the limit. False: it is taken whole when the first model is loaded. The first
  // model's limit is that of all. (With a limit on "cpu" too, of host memory, for tests.)
  bool grow_on_demand = true;
};

// precision f16 or bf16: loads <name>.fp16.onnx, which must lie beside <name>.onnx. Throws ModelError, OutOfMemory.
std::unique_ptr<Model> load_onnxruntime_model(const ModelOptions& options, const OnnxRuntimeOptions& tuning,
                                              TensorMaker make_tensor);

EngineReport report_onnxruntime();

// Empty if sessions on an NVIDIA card can be made; otherwise what is missing and how to get it.
std::string missing_onnxruntime_cuda();

}  // namespace sam
