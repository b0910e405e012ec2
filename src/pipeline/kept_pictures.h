// What is kept of pictures as long as memory allows: decoded pictures with their proxies, embeddings, predictions, and embeddings on disk. The
// governor takes from all of it, the cheapest to make again first; what belongs to the picture on screen stays longest.
// Threading: safe to call from any thread. Ownership: governor and budget must outlive it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cache/lru_cache.h"
#include "image/decode.h"
#include "memory/budget.h"
#include "memory/governor.h"
#include "pipeline/embeddings_on_disk.h"
#include "pipeline/encode_lane.h"
#include "pipeline/pipeline.h"
#include "pipeline/reclaimers.h"
#include "platform/mutex.h"
#include "segmentation/predictor.h"

namespace sam {

// A decoded picture and what is known of its file, kept together; or only what the page shows of it.
struct DecodedPicture {
  Image image;
  ImageInfo info;
  std::string proxy = {};  // JPEG
};

struct Prediction {
  std::vector<Instance> instances;
  std::string predictor_key;
};

// Keys of pictures, embeddings and questions: prediction_key.h.
class KeptPictures {
 public:
  using Images = LruCache<DecodedPicture>;

  KeptPictures(const PipelineOptions& options, Governor& governor, Budget& host);

  // The picture on screen, and the predictor whose embedding of it is needed.
  void show(const std::string& key);
  void hold_shown(const PredictorInfo& predictor);

  // Decodes it if it is not kept as who looks at that much of it sees it (PredictorInfo::looks_at). Throws ImageError, OutOfMemory.
  Images::Pointer decoded(const PicturePath& picture, const std::string& key, Size looked_at);
  Images& images() { return images_; }

  // Null if there is none. look: somebody wants to use it, which keeps it longer.
  EmbeddingPointer embedding(const std::string& key, const PredictorInfo& predictor, bool look);
  void keep_embedding(const std::string& key, const PredictorInfo& predictor, const EmbeddingPointer& kept);
  EmbeddingsOnDisk* disk() { return disk_.get(); }  // null: nothing is kept on disk

  // The same for the answer to a question.
  std::shared_ptr<const Prediction> prediction(const std::string& question, bool look);
  void keep_prediction(const std::string& question, const SegmentResult& result);

  // All, or all but the embedding and the predictions of the picture on screen; what is on disk stays.
  void clear(bool keep_shown);

  std::vector<CacheReport> reports() const;
  std::uint64_t embedding_bytes() const { return embeddings_.bytes(); }

 private:
  void add_reclaimers();
  std::uint64_t reclaim_images(std::uint64_t wanted);
  std::uint64_t reclaim_predictions(std::uint64_t wanted);
  std::string shown() const;

  const DecodeLimits limits_;
  Governor& governor_;
  Budget& host_;
  Images images_;
  LruCache<KeptEmbedding> embeddings_;
  LruCache<Prediction> predictions_;
  std::unique_ptr<EmbeddingsOnDisk> disk_;
  mutable Mutex mutex_;
  std::string shown_ SAM_GUARDED_BY(mutex_);
  Reclaimers reclaimers_{governor_};  // last: they use all of the above
};

}  // namespace sam
