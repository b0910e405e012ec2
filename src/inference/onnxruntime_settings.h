// What is passed to ONNX Runtime: key/value pairs as its documentation names them, and the size of a card's arena.
// Threading: free functions without state.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "inference/onnxruntime_model.h"

namespace sam {

using OnnxRuntimeSettings = std::unordered_map<std::string, std::string>;

// Of the one arena that all models of a process share on a card of which the process may take limit_bytes: that less what CUDA's context and
// the libraries' workspaces take, 512 MiB, at most a quarter. 0, no limit, stays 0.
std::uint64_t card_arena_bytes(std::uint64_t limit_bytes);

// Of the CUDA provider.
OnnxRuntimeSettings cuda_settings(int device, const OnnxRuntimeOptions& tuning);

// Of a session. shares_arena: weights belong into the arena whose limit holds for all models; otherwise they lie outside of it.
OnnxRuntimeSettings session_settings(bool shares_arena);

}  // namespace sam
