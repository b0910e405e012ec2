#include "pipeline/kept_pictures.h"

#include <spdlog/spdlog.h>

#include <limits>
#include <utility>

#include "pipeline/prediction_key.h"

namespace sam {
namespace {

CacheReport report_of(const char* name, const LruStatistics& of) {
  return {name, of.entries, of.bytes, of.hits, of.misses, of.evictions};
}

}  // namespace

KeptPictures::KeptPictures(const PipelineOptions& options, Governor& governor, Budget& host)
    : limits_(options.limits),
      governor_(governor),
      host_(host),
      images_({governor.options().image_cache_bytes, governor.options().image_cache_entries}),
      embeddings_({.bytes = governor.options().embedding_cache_bytes}),
      predictions_({.entries = governor.options().prediction_cache_entries}) {
  const std::uint64_t disk_bytes = governor.options().embedding_disk_bytes;
  if (!options.embedding_folder.empty() && disk_bytes > 0)
    disk_ = std::make_unique<EmbeddingsOnDisk>(options.embedding_folder, disk_bytes, options.limits, governor);
  add_reclaimers();
}

void KeptPictures::add_reclaimers() {
  const std::string host = host_.domain();
  reclaimers_.add(host, ReclaimStep::predictions, [this](std::uint64_t wanted) { return reclaim_predictions(wanted); });
  reclaimers_.add(host, ReclaimStep::embeddings_ahead, [this](std::uint64_t wanted) {
    if (disk_) disk_->drop_queued();  // what is to be written would stay in memory
    return embeddings_.reclaim(wanted, [](const std::string&, bool looked_at) { return !looked_at; });
  });
  reclaimers_.add(host, ReclaimStep::images, [this](std::uint64_t wanted) { return reclaim_images(wanted); });
  reclaimers_.add(host, ReclaimStep::embeddings_on_disk, [this](std::uint64_t wanted) {
    return embeddings_.reclaim(wanted, [](const KeptEmbedding& kept) { return kept.on_disk->load(); });
  });
  reclaimers_.add(host, ReclaimStep::embeddings, [this](std::uint64_t wanted) {
    return embeddings_.reclaim(wanted, [](const std::string&, bool) { return true; });
  });
}

std::uint64_t KeptPictures::reclaim_images(std::uint64_t wanted) {
  const std::uint64_t freed = images_.reclaim(wanted, [](const std::string&, bool) { return true; });
  if (freed > 0) spdlog::info("Clearing image cache due to high memory usage");
  return freed;
}

std::uint64_t KeptPictures::reclaim_predictions(std::uint64_t wanted) {
  const std::string on_screen = shown();
  return predictions_.reclaim(
      wanted, [&](const std::string& key, bool) { return on_screen.empty() || !key.starts_with(on_screen); });
}

std::string KeptPictures::shown() const {
  const MutexLock lock(mutex_);
  return shown_;
}

void KeptPictures::show(const std::string& key) {
  const MutexLock lock(mutex_);
  shown_ = key;
}

void KeptPictures::hold_shown(const PredictorInfo& predictor) {
  embeddings_.pin(embedding_key(shown(), predictor));
}

KeptPictures::Images::Pointer KeptPictures::decoded(const PicturePath& picture, const std::string& key,
                                                    Size looked_at) {
  if (auto kept = images_.find(key);
      kept && kept->image.size() == find_decoded_size(kept->info.working_size, looked_at)) {
    return kept;
  }
  DecodedPicture fresh;
  fresh.info = read_image_info(picture.path, limits_, looked_at);
  Reservation reservation = host_.reserve(Owner::images, fresh.info.decode_bytes);
  fresh.image = decode_image(picture.path, limits_, looked_at);
  const std::uint64_t bytes = fresh.image.byte_size();
  reservation.correct_to(bytes);
  auto kept = with_reservation(std::move(fresh), std::move(reservation));
  if (governor_.should_cache()) images_.insert(key, kept, bytes);
  return kept;
}

EmbeddingPointer KeptPictures::embedding(const std::string& key, const PredictorInfo& predictor, bool look) {
  const std::string kept_as = embedding_key(key, predictor);
  return look ? embeddings_.find(kept_as) : embeddings_.peek(kept_as);
}

void KeptPictures::keep_embedding(const std::string& key, const PredictorInfo& predictor,
                                  const EmbeddingPointer& kept) {
  const std::string kept_as = embedding_key(key, predictor);
  if (key == shown()) embeddings_.pin(kept_as);  // the predictor may not have been known when it was shown
  if (key == shown() || governor_.should_cache()) embeddings_.insert(kept_as, kept, kept->embedding.byte_size());
}

std::shared_ptr<const Prediction> KeptPictures::prediction(const std::string& question, bool look) {
  return look ? predictions_.find(question) : predictions_.peek(question);
}

void KeptPictures::keep_prediction(const std::string& question, const SegmentResult& result) {
  if (!governor_.should_cache()) return;
  const std::uint64_t bytes = prediction_bytes(result.instances);
  auto reservation = host_.try_reserve(Owner::predictions, bytes);
  if (!reservation) return;
  predictions_.insert(
      question, with_reservation(Prediction{result.instances, result.predictor_key}, std::move(*reservation)), bytes);
}

void KeptPictures::clear(bool keep_shown) {
  constexpr std::uint64_t everything = std::numeric_limits<std::uint64_t>::max();
  if (keep_shown) {
    reclaim_predictions(everything);
  } else {
    predictions_.clear();
  }
  embeddings_.clear(keep_shown);
  images_.clear();
}

std::vector<CacheReport> KeptPictures::reports() const {
  std::vector<CacheReport> reports{report_of("images", images_.statistics()),
                                   report_of("embeddings", embeddings_.statistics()),
                                   report_of("predictions", predictions_.statistics())};
  if (disk_) reports.push_back(disk_->report());
  return reports;
}

}  // namespace sam
