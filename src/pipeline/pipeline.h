// Pipeline: a predictor, the embeddings it made, and the order in which work is done. The server, the batch commands and
// tests all call this and nothing below it.
// One lane encodes, in a thread of its own: what is on screen first; what is not on screen and nobody waits for any more is dropped, or
// stopped if it runs, and its failure is forgotten. decode runs in the caller's thread, beside a running encode.
// Threading: safe to call from any thread. Ownership: owns the predictor; listeners are called from any thread, without a lock.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "image/decode.h"
#include "memory/memory_log.h"
#include "platform/clock.h"
#include "segmentation/predictor.h"

namespace sam {

enum class EncodingState : std::uint8_t { none, queued, running, ready, failed };
const char* encoding_state_name(EncodingState state);  // "none", "queued", …

// One picture as a file on disk; the key is its path with the file's size, time and inode: a replaced file is another picture.
struct PicturePath {
  std::filesystem::path path;
};

struct PipelineOptions {
  DecodeLimits limits;
  std::uint64_t embedding_budget_bytes = std::uint64_t{1}
                                         << 30;  // embeddings kept in RAM, least recently used go first
};

struct SegmentResult {
  std::vector<Instance> instances;
  double decode_ms = 0;  // the predictor's decode alone
  double wait_ms = 0;    // for the embedding; 0 when it was there
};

struct EncodingStatus {
  EncodingState state = EncodingState::none;
  std::string reason;  // why it failed
};

class Pipeline {
 public:
  virtual ~Pipeline() = default;

  virtual const PredictorInfo& predictor() const = 0;

  // Puts the picture at the head of the encode lane (it is on screen) and returns at once. Pictures queued before and not
  // started are dropped.
  virtual void show(const PicturePath& picture) = 0;

  virtual EncodingStatus encoding(const PicturePath& picture) const = 0;

  // Called on every change of an encoding's state.
  using Listener = std::function<void(const PicturePath&, const EncodingStatus&)>;
  virtual void set_listener(Listener listener) = 0;

  // Encodes first if need be. Throws what Predictor and decode_image throw.
  virtual SegmentResult segment(const PicturePath& picture, const Prompt& prompt, std::stop_token stop) = 0;

  virtual std::uint64_t embedding_bytes() const = 0;
};

// memory: writes the specification's log lines before and after each prediction.
std::unique_ptr<Pipeline> make_pipeline(const PipelineOptions& options, std::unique_ptr<Predictor> predictor,
                                        MemoryLog& memory, const Clock& clock);

}  // namespace sam
