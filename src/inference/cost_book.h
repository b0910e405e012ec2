// What models were measured to need, kept over restarts: that is what is reserved the next time.
// Threading: safe to call from any thread. Ownership: the file system must outlive it.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "inference/model.h"
#include "platform/file_system.h"
#include "platform/mutex.h"

namespace sam {

// Bytes of one domain.
struct ModelCost {
  std::uint64_t load_peak_bytes = 0;  // while loading
  std::uint64_t held_bytes = 0;       // once loaded: weights, and what the engine prepares for runs
  std::uint64_t run_peak_bytes = 0;   // while running, without held_bytes; 0: not measured yet
  std::uint64_t kept_bytes = 0;       // between runs, without held_bytes
  // While the first run after a load, or after memory was given back, without held_bytes: then engines take what later runs find; 0: not measured.
  std::uint64_t first_run_peak_bytes = 0;
  bool operator==(const ModelCost&) const = default;
};

struct ModelCosts {
  ModelCost host;
  ModelCost device;
  bool operator==(const ModelCosts&) const = default;
};

class CostBook {
 public:
  // Reads the file; one that is missing or damaged is an empty book. An empty path: nothing is kept on disk.
  CostBook(std::filesystem::path file, FileSystem& files);

  std::optional<ModelCosts> find(const std::string& model) const SAM_EXCLUDES(mutex_);

  // What was measured now: a number that grew counts at once (in whole MiB); one that fell moves an eighth of the way, so that what one unusual
  // run needed is forgotten over time.
  void record(const std::string& model, const ModelCosts& costs) SAM_EXCLUDES(mutex_);

  // Writes the file if it says too little or, by a quarter, too much. To be called where nobody waits for anything; a disk that refuses is logged
  // only.
  void write() SAM_EXCLUDES(mutex_);

 private:
  struct Entry {
    ModelCosts known;
    ModelCosts written;  // as the file says
  };
  std::string text() SAM_REQUIRES(mutex_);
  bool begin_writing(std::string& text_now, bool again) SAM_EXCLUDES(mutex_);

  const std::filesystem::path file_;
  FileSystem& files_;
  std::atomic<bool> told_{false};  // that it cannot be written: once is enough
  mutable Mutex mutex_;
  std::map<std::string, Entry> models_ SAM_GUARDED_BY(mutex_);
  bool stale_ SAM_GUARDED_BY(mutex_) = false;    // the file
  bool writing_ SAM_GUARDED_BY(mutex_) = false;  // somebody is, and looks again when done
};

// "hash|cuda|f32", "hash|cpu|f32|masks": costs differ by engine, precision and what is left out, not by the card's number.
std::string cost_key(const std::string& hash, const ModelOptions& options);

}  // namespace sam
