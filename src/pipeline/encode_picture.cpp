#include "pipeline/encode_picture.h"

#include <spdlog/spdlog.h>

#include <chrono>
#include <utility>

#include "cache/lru_cache.h"
#include "memory/byte_text.h"
#include "pipeline/run_encoder.h"

namespace sam {
namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;

EmbeddingPointer read_from_disk(const EncodeParts& parts, const PredictorForms::Current& predictor,
                                const PicturePath& picture, const std::string& key, const std::string& disk_key) {
  EmbeddingPointer found = parts.kept.disk()->find(disk_key, *predictor.predictor, predictor.form, parts.host);
  if (!found) return nullptr;
  spdlog::info("Read the embedding of {} from disk in {:.1f} ms", picture.path.filename().string(), found->read_ms);
  parts.kept.keep_embedding(key, predictor.predictor->info(), found);
  return found;
}

EmbeddingPointer encode(const EncodeParts& parts, const PredictorForms::Current& predictor, const PicturePath& picture,
                        const std::string& key, const std::stop_token& stop) {
  const auto begin = parts.clock.now();
  const auto source = parts.kept.decoded(picture, key, predictor.predictor->info().looks_at);
  const InFlight::Operation under_way(parts.in_flight);
  Encoded made =
      run_encoder({*predictor.predictor, predictor.form, parts.host, parts.last_embedding_bytes, parts.clock},
                  source->image, source->info, begin, stop);
  const Embedding& embedding = made.kept.embedding;
  if (embedding.picture.byte_size() > 0) parts.kept.images().erase(key);  // it is counted once, with the embedding
  const std::uint64_t bytes = embedding.byte_size();
  made.reservation.correct_to(bytes);
  spdlog::info("Encoded {} in {:.0f} ms ({} kept)", picture.path.filename().string(),
               Milliseconds(parts.clock.now() - begin).count(), byte_text(bytes));
  return with_reservation(std::move(made.kept), std::move(made.reservation));
}

}  // namespace

EmbeddingPointer encode_picture(const EncodeParts& parts, const PredictorForms::Current& predictor,
                                const PicturePath& picture, const std::string& key, const EncodeLane::Turn& turn) {
  const PredictorInfo& info = predictor.predictor->info();
  EmbeddingsOnDisk* disk = parts.kept.disk();
  const std::string disk_key = disk != nullptr ? disk->key(picture, info) : std::string();
  if (!disk_key.empty()) {
    if (EmbeddingPointer found = read_from_disk(parts, predictor, picture, key, disk_key)) return found;
  }
  turn.begin();
  EmbeddingPointer made = encode(parts, predictor, picture, key, turn.stop);
  parts.kept.keep_embedding(key, info, made);
  if (!disk_key.empty()) disk->keep(picture, info, disk_key, made);
  return made;
}

}  // namespace sam
