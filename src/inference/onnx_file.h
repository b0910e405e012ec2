// What an ONNX file says about itself without an engine: names of the graph's inputs and outputs in the file's order, and the
// files beside it that hold its weights. Engines may rename or merge tensors; these are the names users and exporters know.
// Threading: a free function. The file may be hostile: every length is checked, nothing is allocated by a length it states.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace sam {

struct OnnxGraph {
  std::vector<std::string> inputs;  // without initializers, which old files list as inputs too
  std::vector<std::string> outputs;
  std::vector<std::filesystem::path> external_data;  // existing files in the model's folder, sorted, each once
  std::uint64_t size_bytes = 0;                      // with external data
};

struct OnnxFile : OnnxGraph {
  std::string hash;  // XXH3-128 over the file and its external data, hex
};

// Without reading the weights: milliseconds, whatever their size. Throws as read_onnx_file.
OnnxGraph read_onnx_graph(const std::filesystem::path& path);

// Throws ModelError: unreadable, no ONNX file, damaged, external data missing or outside the model's folder.
OnnxFile read_onnx_file(const std::filesystem::path& path);

}  // namespace sam
