// Pipeline: a predictor, what it made of pictures, and the order in which work is done, all within the memory there is. The server, the batch
// commands and tests call this and nothing below it.
// Pictures are encoded in a lane of their own (encode_lane.h); prompts are decoded in the caller's thread, beside a running encode. What is kept of
// pictures the governor may take (kept_pictures.h); every operation climbs the recovery ladder when memory runs out. The specification's predictor
// methods keep their names: get_memory_usage, optimize_memory, clear_cache.
// Threading: safe to call from any thread. Ownership: owns its predictors; listeners are called from any thread, without a lock.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "image/decode.h"
#include "memory/budget.h"
#include "memory/governor.h"
#include "memory/memory_exhausted.h"
#include "memory/memory_log.h"
#include "memory/rung.h"
#include "pipeline/encoding.h"
#include "pipeline/engine_control.h"
#include "pipeline/load_status.h"
#include "pipeline/predictor_forms.h"
#include "pipeline/prompt_series.h"
#include "pipeline/results.h"
#include "platform/clock.h"
#include "segmentation/predictor.h"

namespace sam {

// When there is no memory for something: say so at once, or climb the ladder as far as the precision asked for stays.
enum class WithoutMemory : std::uint8_t { fail, climb };

// The predictor asked for, or the one that needs no network and little memory.
enum class PredictorChoice : std::uint8_t { model, fallback };

struct ModelStatus {
  std::string name;  // for people: "mobile_sam"
  LoadStatus load;
};

class Pipeline {
 public:
  virtual ~Pipeline() = default;

  // Of the predictor in use, in the form it has now.
  virtual PredictorInfo predictor() const = 0;

  // The model asked for, whichever predictor is in use.
  virtual ModelStatus model() const = 0;
  // Loads it in the background, if it is not loaded; one that failed is tried again. Pictures are encoded and prompts answered once it is there,
  // or with the fallback meanwhile.
  virtual void load_model() = 0;
  // Called on every change of model().load, from any thread.
  virtual void set_model_listener(std::function<void()> listener) = 0;

  // Whether there is a fallback, and choosing it. Choosing a model that could not be loaded loads it again. Embeddings of the other stay as long as memory allows. Throws std::logic_error where there
  // is none.
  virtual bool has_fallback() const = 0;
  virtual PredictorChoice choice() const = 0;
  virtual void choose(PredictorChoice choice) = 0;

  // Puts the picture at the head of the encode lane (it is on screen) and returns at once. Pictures queued before and not
  // started are dropped.
  virtual void show(const PicturePath& picture) = 0;

  // Pictures that will likely be shown next, the likeliest first. Of the first MemoryOptions::pictures_ahead of them the proxies are made, and they
  // are encoded when there is nothing else to do, both while memory is at level normal; replaces what was to be prepared.
  virtual void prepare(const std::vector<PicturePath>& ahead) = 0;

  // Whether prepare() has an effect; it has at first.
  virtual bool prepares_ahead() const = 0;
  virtual void set_prepares_ahead(bool on) = 0;

  virtual EncodingStatus encoding(const PicturePath& picture) const = 0;

  // Puts the picture's embedding on disk and keeps nothing in memory, in the caller's thread. Several threads may call it: one picture is decoded
  // while another is encoded. Throws what Predictor and decode_image throw; OutOfMemory (fail) or MemoryExhausted (climb);
  // std::logic_error where no embeddings are kept on disk.
  virtual DiskEmbedding embed(const PicturePath& picture, WithoutMemory without, std::stop_token stop) = 0;
  // Whether it is there: missing or kept_before.
  virtual DiskEmbedding find_embedding(const PicturePath& picture) = 0;

  // Which of the pictures have their embedding on disk, as far as that is known without reading one: some microseconds each. In the order given.
  virtual std::vector<bool> kept_on_disk(const std::vector<PicturePath>& pictures) = 0;

  // Called on every change of an encoding's state.
  using Listener = EncodingListener;
  virtual void set_listener(Listener listener) = 0;

  // Encodes first if need be. Throws what Predictor and decode_image throw, and MemoryExhausted in place of OutOfMemory.
  virtual SegmentResult segment(const PicturePath& picture, const Prompt& prompt, std::stop_token stop) = 0;

  // What segment would answer to a prompt that may never be given: the cursor is over it. Nothing is encoded, kept, counted or freed for it. No
  // instances if the embedding is not in memory or memory does not suffice; never logits, nor refined edges. Throws what Predictor::decode throws otherwise.
  virtual SegmentResult preview(const PicturePath& picture, const Prompt& prompt, std::stop_token stop) = 0;

  // Encodes first if need be, as segment does and with what that throws. The embedding's memory counts as long as the series lives.
  virtual std::unique_ptr<PromptSeries> begin_series(const PicturePath& picture, std::stop_token stop) = 0;
  // Of 0 bytes, to be grown: for answers that the caller keeps, counted as predictions.
  virtual Reservation reservation_for_answers() = 0;

  // JPEG bytes of the picture at no more than proxy_side pixels a side (image/tiles.h), kept with the decoded pictures. Throws ImageError,
  // MemoryExhausted. find_proxy: null if it is not kept.
  virtual std::shared_ptr<const std::string> proxy(const PicturePath& picture) = 0;
  virtual std::shared_ptr<const std::string> find_proxy(const PicturePath& picture) = 0;

  // Runs an operation on a picture that needs that much memory for a while, such as making a proxy for the page, reserved as images.
  // doing: "showing coffee.jpg". Throws MemoryExhausted and what the operation throws.
  virtual void with_memory(std::uint64_t bytes, const std::string& doing, const std::function<void()>& operation) = 0;

  // The specification's: utilization of the device, 0 to 1.
  virtual double get_memory_usage() const = 0;
  // The specification's: what can be made again goes, if memory is tight or force says so.
  virtual OptimizeResult optimize_memory(bool force) = 0;
  // The specification's: forgets predictions, embeddings and decoded pictures; all, or all but those of the picture on screen. What is on disk
  // stays: it takes no memory (`sam-annotator cache --clear` removes it).
  virtual void clear_cache(bool keep_current) = 0;

  virtual std::vector<CacheReport> caches() const = 0;
  virtual RecoveryStatistics recovery() const = 0;
  virtual std::uint64_t embedding_bytes() const = 0;
};

struct PipelineOptions {
  DecodeLimits limits;
  // Where embeddings are kept on disk, MemoryOptions::embedding_disk_bytes of them; empty: nowhere.
  std::filesystem::path embedding_folder = {};
  // While pictures go by quickly, how long one must stand still before it is encoded: longer than a held key repeats.
  std::chrono::milliseconds settle{120};
};

struct PipelineParts {
  std::string model_name;                // for people
  std::vector<PredictorForm> forms;      // at least one
  std::unique_ptr<Predictor> predictor;  // of forms[0], loaded already; may be null
  std::unique_ptr<Predictor> fallback;   // may be null
  EngineControl engines;
  Governor* governor = nullptr;
  Budget* host = nullptr;
  std::string device_domain;  // "cuda:0" if engines hold memory of a device
};

// memory: writes the specification's log lines before and after each prediction. Governor, budget, log and clock must outlive the pipeline.
std::unique_ptr<Pipeline> make_pipeline(const PipelineOptions& options, PipelineParts parts, MemoryLog& memory,
                                        const Clock& clock);

}  // namespace sam
