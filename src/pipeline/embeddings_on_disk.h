// Embeddings below memory: kept as files over restarts, so that coming back to a picture costs a read and not an encode.
// What names an embedding is the picture's content, not its path; the predictor's models, engine, precision and preprocessing; and how pictures
// are reduced. Files are written by a thread of low priority from a short queue, whose embeddings keep their reservations; while memory is
// tight what is queued is dropped. Whatever goes wrong on disk ends in an encode, never in an error.
// Threading: safe to call from any thread; no lock is held across disk. Ownership: the governor must outlive it.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <string>
#include <thread>

#include "cache/content_keys.h"
#include "cache/disk_cache.h"
#include "image/decode.h"
#include "memory/budget.h"
#include "memory/governor.h"
#include "pipeline/encode_lane.h"
#include "pipeline/results.h"
#include "platform/mutex.h"
#include "segmentation/predictor.h"

namespace sam {

inline constexpr const char* embedding_suffix = ".embedding";

class EmbeddingsOnDisk {
 public:
  // folder: made with the first write. Counts what is there in the background.
  EmbeddingsOnDisk(const std::filesystem::path& folder, std::uint64_t limit_bytes, const DecodeLimits& limits,
                   const Governor& governor);
  ~EmbeddingsOnDisk();  // writes what is queued first

  // Reads the picture's file if it has not been seen. Empty: no file of its embedding is kept.
  std::string key(const PicturePath& picture, const PredictorInfo& predictor) const;

  // Whether a file of it is there, as far as that is known without reading picture or file.
  bool holds(const PicturePath& picture, const PredictorInfo& predictor) const;

  // Null if there is none, or none that is whole. form: the predictor's. The tensors are reserved as embeddings of `host` and are where the
  // predictor's decoder reads them without a copy. Throws OutOfMemory, std::bad_alloc.
  EmbeddingPointer find(const std::string& key, Predictor& predictor, std::size_t form, Budget& host);

  // Will be written unless memory is at level critical, if the picture's file is still the one of that key.
  void keep(const PicturePath& picture, const PredictorInfo& predictor, std::string key, EmbeddingPointer embedding);

  // Of the file that holds it; 0 if there is none. Of the file its head is believed.
  std::uint64_t file_bytes(const std::string& key);

  // In the caller's thread and at any level of memory: kept, or why not.
  DiskEmbedding::State write_now(const PicturePath& picture, const PredictorInfo& predictor, const std::string& key,
                                 const EmbeddingPointer& embedding);

  // Gives the queue's embeddings up; they count as dropped.
  void drop_queued();

  CacheReport report() const;  // "embeddings_on_disk"

 private:
  struct Queued {
    PicturePath picture;
    PredictorInfo predictor;
    std::string key;
    EmbeddingPointer embedding;
  };

  std::string key_of(const std::string& content, const PredictorInfo& predictor) const;
  bool may_write() const;
  void run(const std::stop_token& stop);
  void write(const Queued& queued);
  bool next(const std::stop_token& stop, Queued& queued);

  const DecodeLimits limits_;
  const Governor& governor_;
  const ContentKeys contents_;
  DiskCache files_;
  Mutex mutex_;
  Condition changed_;
  std::deque<Queued> queue_ SAM_GUARDED_BY(mutex_);
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace sam
