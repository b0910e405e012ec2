#include "inference/onnxruntime_settings.h"

#include <onnxruntime_session_options_config_keys.h>

#include <algorithm>

namespace sam {

std::uint64_t card_arena_bytes(std::uint64_t limit_bytes) {
  constexpr std::uint64_t context_bytes = std::uint64_t{512} << 20;
  return limit_bytes - std::min(context_bytes, limit_bytes / 4);
}

OnnxRuntimeSettings cuda_settings(int device, const OnnxRuntimeOptions& tuning) {
  OnnxRuntimeSettings settings{{"device_id", std::to_string(device)},
                               {"use_tf32", tuning.tf32 ? "1" : "0"},
                               {"arena_extend_strategy", "kSameAsRequested"},
                               // The exhaustive search and the largest workspaces buy little speed for gigabytes.
                               {"cudnn_conv_algo_search", "HEURISTIC"},
                               {"cudnn_conv_use_max_workspace", "0"}};
  if (tuning.device_limit_bytes > 0) {
    settings["gpu_mem_limit"] = std::to_string(card_arena_bytes(tuning.device_limit_bytes));
  }
  return settings;
}

OnnxRuntimeSettings session_settings(bool shares_arena) {
  return {{kOrtSessionOptionsUseDeviceAllocatorForInitializers, shares_arena ? "0" : "1"},
          {kOrtSessionOptionsConfigUseEnvAllocators, "1"},
          // Idle threads must not burn the user's CPU.
          {kOrtSessionOptionsConfigAllowIntraOpSpinning, "0"}};
}

}  // namespace sam
