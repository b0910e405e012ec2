// Model: one loaded network. Variants: OpenVinoModel (in this process), WorkerModel (in a worker process, which may die without
// harm). Both pass tests/inference/model_contract_test.cpp.
// Threading: run() may be called from any thread; calls on one Model are serialised inside. description() needs no lock.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <vector>

#include "inference/tensor.h"
#include "memory/out_of_memory.h"
#include "platform/stopped.h"

namespace sam {

enum class Precision : std::uint8_t { f32, bf16, f16 };

const char* precision_name(Precision precision);  // "f32"

struct ModelOptions {
  std::filesystem::path file;
  std::string device = "cpu";  // "cpu", "cuda:0"
  Precision precision = Precision::f32;
  int threads = 0;                        // 0: the engine's choice
  std::filesystem::path compiled_folder;  // where the engine may keep compiled models; empty: nowhere
  // Outputs nobody will ask for, and which the description then lacks: an engine need not compute what only they need. Names that the graph does
  // not have are ignored; at least one output must be left.
  std::vector<std::string> without_outputs;
  // On a card only:
  std::uint64_t device_limit_bytes =
      0;  // the most that all models of one process may take of it (fraction × total); 0: no limit
  bool enable_memory_growth = true;  // take it when it is needed; otherwise the whole limit at once, and never more
  bool tf32 = true;                  // faster matrix products with 10 bits of mantissa
};

// Whether that output is one of options.without_outputs.
bool leaves_out(const ModelOptions& options, const std::string& output);

struct ModelDescription {
  std::vector<TensorInfo> inputs;
  std::vector<TensorInfo> outputs;
  std::string hash;    // XXH3-128 over the file and its external data, hex
  std::string engine;  // "OpenVINO 2026.4.1, f32"
};

// What one load or run needed of one domain, counted at the engine's own allocations (platform/heap.h).
struct EngineUse {
  std::uint64_t before_bytes = 0;  // held when it began
  std::uint64_t peak_bytes = 0;    // the most that was held meanwhile
  std::uint64_t after_bytes = 0;   // held when it ended
};

struct ModelUse {
  EngineUse host;
  EngineUse device;    // of this process's share of the card; zeros on the CPU
  bool alone = false;  // no other load or run of the same process overlapped: the numbers are this operation's own
};

// The file cannot be used: missing, damaged, an operator the engine does not know. The message names file and reason.
class ModelError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Model {
 public:
  virtual ~Model() = default;

  virtual const ModelDescription& description() const = 0;

  // A tensor whose memory this model can read without a copy (shared memory for a worker). Throws OutOfMemory.
  virtual Tensor make_tensor(std::string name, ElementType type, Shape shape) = 0;

  // Inputs are bound by name; each must be one of description().inputs with a fitting type and shape, and inputs
  // the graph does not have are an error (ModelError naming what was given and what is known). Returns the outputs asked for by name,
  // in that order; an empty list means all.
  // Throws Stopped, OutOfMemory, ModelError. A worker that crashed is restarted and the run tried once more before that; one that was
  // killed (signal 9) is OutOfMemory at once: the kernel would kill the next one too, unless something is given back first.
  virtual std::vector<Tensor> run(std::span<const Tensor> inputs, std::span<const std::string> outputs,
                                  std::stop_token stop) = 0;

  // Bytes of host memory held now by weights and engine. In a worker: counted at malloc, this model's part of what the process holds
  // (use_meter.h); in this process: the engine's own word, or the size of the file.
  virtual std::uint64_t bytes_held() const = 0;

  // Of the last load or run that ended, whether it succeeded or not.
  virtual ModelUse last_use() const = 0;

  // Gives back what the engine keeps between runs. The model stays usable.
  virtual void release_memory() = 0;
};

// Loads in this process.
std::unique_ptr<Model> load_openvino_model(const ModelOptions& options);

}  // namespace sam
