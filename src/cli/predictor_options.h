// The flags that choose a predictor, the same for every subcommand that predicts, and what becomes of them.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "cli/program.h"
#include "image/decode.h"
#include "inference/worker.h"
#include "memory/probe.h"
#include "segmentation/predictor.h"

namespace sam {

struct PredictorOptions {
  std::string encoder;
  std::string decoder;
  std::string model;  // a name of `sam-annotator models list`, or "grabcut"
  std::string device = "auto";
  std::string precision = "f32";
  int threads = 0;
  bool in_process = false;
  DecodeLimits limits;
};

void add_predictor_options(CLI::App& app, PredictorOptions& options);

// A predictor and what it needs to live.
struct Engine {
  std::vector<std::unique_ptr<Probe>> devices;  // NVIDIA cards, in CUDA's order
  Probe* device = nullptr;                      // the one that predictions run on; null: the CPU
  std::shared_ptr<Worker> worker;               // null for predictors without a network
  std::unique_ptr<Predictor> predictor;
};

// Throws UsageError for flags that contradict each other, ModelError for files.
Engine make_engine(const PredictorOptions& options, Program& program);

// Resident memory of this process and the worker's, now and at its highest.
std::uint64_t program_bytes(const Worker* worker);
std::uint64_t program_peak_bytes(const Worker* worker);

}  // namespace sam
