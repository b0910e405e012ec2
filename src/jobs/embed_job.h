// Every picture's embedding onto disk: what is there is skipped, what cannot be read is told and passed over, and what was done stays done whenever it
// is stopped. Several pictures are decoded and reduced at once while the encoder works without a pause. One that finds no memory beside the others
// is tried again by itself, with the recovery ladder.
// Threading: run() once, from one thread; progress() from any. Listeners are called from any thread, one at a time. Ownership: the pipeline
// must outlive it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "pipeline/pipeline.h"
#include "platform/clock.h"
#include "platform/exclusive_gate.h"
#include "platform/mutex.h"

namespace sam {

struct EmbedProgress {
  std::size_t total = 0;
  std::size_t kept_before = 0;
  std::size_t written = 0;
  std::size_t failed = 0;
  std::size_t left_out = 0;         // for which the folder's limit leaves no room
  std::uint64_t written_bytes = 0;  // of files
  std::uint64_t entry_bytes = 0;    // of one file; 0: not known yet
  double encoding_s = 0;            // since the first encode began

  std::size_t done() const { return kept_before + written + failed + left_out; }
  double pictures_per_s() const { return encoding_s > 0 ? static_cast<double>(written) / encoding_s : 0; }
  // As if everything left were to be encoded; 0: not known yet.
  double left_s() const { return written > 0 ? static_cast<double>(total - done()) / pictures_per_s() : 0; }
};

struct EmbedOptions {
  int pictures_at_once = 2;
  std::uint64_t limit_bytes = 0;  // of the folder that embeddings are kept in
  std::function<void(const PicturePath&, const std::string& reason)> on_failure;
  std::function<void(const EmbedProgress&)>
      on_too_many;  // before the second is encoded: not all fit within limit_bytes
};

class EmbedJob {
 public:
  EmbedJob(std::vector<PicturePath> pictures, Pipeline& pipeline, const Clock& clock, EmbedOptions options);

  // Returns when all is done, or soon after stop. Throws what ends the whole: ModelError, and std::runtime_error if the folder takes no more.
  void run(const std::stop_token& stop);

  // Looks only: what is there (kept_before), and what would be encoded (written).
  void look(const std::stop_token& stop);

  EmbedProgress progress() const;

 private:
  bool take_next(PicturePath& picture) SAM_EXCLUDES(mutex_);
  void work(const std::stop_token& stop);
  void one(const PicturePath& picture, const std::stop_token& stop);
  DiskEmbedding embed(const PicturePath& picture, const std::stop_token& stop);
  void count(const DiskEmbedding& result) SAM_EXCLUDES(mutex_);
  void fail(const PicturePath& picture, const std::string& reason) SAM_EXCLUDES(mutex_);
  void leave_out_what_does_not_fit() SAM_EXCLUDES(mutex_);

  const std::vector<PicturePath> pictures_;
  Pipeline& pipeline_;
  const Clock& clock_;
  const EmbedOptions options_;
  ExclusiveGate gate_;
  mutable Mutex mutex_;
  std::size_t next_ SAM_GUARDED_BY(mutex_) = 0;
  std::size_t end_ SAM_GUARDED_BY(mutex_) = 0;
  EmbedProgress progress_ SAM_GUARDED_BY(mutex_);
  std::optional<std::chrono::steady_clock::time_point> encoding_since_ SAM_GUARDED_BY(mutex_);
};

}  // namespace sam
