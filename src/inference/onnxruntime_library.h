// Finds and loads ONNX Runtime and, for its CUDA part, NVIDIA's libraries; all at run time, so that one binary runs with them or without.
// Threading: free functions; may be called from any thread. Ownership: a library once loaded stays for the life of the process, since
// its threads and CUDA's do.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

struct OrtApi;

namespace sam {

struct OnnxRuntimeSearch {
  std::optional<std::filesystem::path> named;  // the library or its folder; if given, nothing else is tried
  std::string system = "libonnxruntime.so.1";  // as the dynamic linker finds it
  std::vector<std::filesystem::path> folders;  // tried in this order if the system has none
};

// $SAM_ONNXRUNTIME, the system, the folders that script/setup fills.
OnnxRuntimeSearch default_onnxruntime_search();

struct OnnxRuntimeLibrary {
  const OrtApi* api = nullptr;  // null: see problem
  std::string version;          // "1.29.0"
  std::filesystem::path file;
  std::string problem;  // why none can be used and how to get one
};

OnnxRuntimeLibrary open_onnxruntime(const OnnxRuntimeSearch& search);

// The one that this process uses, found by default_onnxruntime_search at the first call and bound to ONNX Runtime's C++ interface,
// which keeps it in a variable of its own and so allows no second.
const OnnxRuntimeLibrary& process_onnxruntime();

// Folders with NVIDIA's libraries as Python wheels lay them out: those of $SAM_CUDA_LIBRARIES (separated by ':'), then those beside the
// ONNX Runtime given (<site-packages>/onnxruntime/capi → <site-packages>/nvidia/*/lib).
std::vector<std::filesystem::path> cuda_library_folders(const std::filesystem::path& onnxruntime);

// Loads those of NVIDIA's libraries that lie in the folders, in the order of their dependencies, so that ONNX Runtime finds them. What
// lies in none of them is left to the dynamic linker. Returns the files loaded.
std::vector<std::filesystem::path> preload_cuda_libraries(const std::vector<std::filesystem::path>& folders);

}  // namespace sam
