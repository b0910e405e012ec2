// The flags that choose a predictor, the same for every subcommand that predicts, and what becomes of them.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "cli/memory_flags.h"
#include "cli/memory_system.h"
#include "cli/program.h"
#include "image/decode.h"
#include "pipeline/pipeline.h"

namespace sam {

struct PredictorOptions {
  std::string encoder;
  std::string decoder;
  std::string model;  // a name of `models list`; empty: the built-in one, or GrabCut where its files are missing
  std::string device = "auto";
  std::string precision = "f32";
  int threads = 0;
  bool in_process = false;
  DecodeLimits limits;
  MemoryFlags memory;
};

void add_predictor_options(CLI::App& app, PredictorOptions& options);

// A predictor and the memory it works in.
struct Engine {
  std::unique_ptr<MemorySystem> memory;
  std::shared_ptr<EngineMemory> engine_memory;  // null for predictors without a network, or in this process
  Probe* device = nullptr;                      // the one that predictions run on; null: the CPU
  std::function<MemoryInfo()> device_memory;    // of that, as the governor saw it last; null: the CPU
  PipelineParts parts;  // for make_pipeline; parts.predictor is loaded, unless memory does not suffice

  std::string describe() const;  // one line for people
};

// All but the loading of the model, which takes seconds (Pipeline::load_model). Throws UsageError and SettingsError for flags, ModelError for
// files that are missing, damaged or no model of a known kind: where their names do not tell that, they are loaded to find out.
Engine prepare_engine(const PredictorOptions& options, Program& program);

// With the model loaded. Throws as prepare_engine, and ModelError for what only loading finds. Memory that does not suffice to load the model is an error of the first
// picture, not of the start: the program is usable without the model.
Engine make_engine(const PredictorOptions& options, Program& program);

// The same with settings that were read from options.memory already.
Engine make_engine(const PredictorOptions& options, MemorySettings settings, Program& program);

// Resident memory of this process and the worker's.
std::uint64_t program_bytes(const Worker* worker);

}  // namespace sam
